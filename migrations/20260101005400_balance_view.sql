-- Balances as others read them.

-- The next moment at which credits of this balance are lost, and how many, as {"at", "credits"}; NULL when none will be.
CREATE OR REPLACE FUNCTION credits.expiry_of(p_user_id uuid, p_version bigint, p_free bigint, p_paid bigint)
RETURNS jsonb LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT jsonb_build_object('at', g.expires_at, 'credits', sum(l.remaining))
    FROM lots_at(p_user_id, p_version, p_free, p_paid) l JOIN grants g ON g.id = l.grant_id
    WHERE g.expires_at IS NOT NULL AND l.remaining > 0
    GROUP BY g.expires_at ORDER BY g.expires_at LIMIT 1
$$;

-- The same of the balance of now, for those who may see it: users their own, the service everybody's.
CREATE OR REPLACE FUNCTION credits.next_expiry(p_user_id uuid)
RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    SELECT expiry_of(a.user_id, a.version, a.free, a.paid)
    FROM accounts a WHERE a.user_id = p_user_id AND coalesce(a.user_id = auth.uid(), is_service())
$$;

-- held: what the user's open jobs cost, which goes back unless they are completed. Nothing is worked out that a query does
-- not ask for, and nobody's lots are looked at while none of them begins or expires.
CREATE OR REPLACE VIEW public.balances WITH (security_invoker = true) AS
    SELECT a.user_id, a.free + a.paid AS available, a.free, a.paid, a.version,
        (SELECT coalesce(sum(j.cost), 0)::bigint FROM credits.jobs j
            WHERE j.user_id = a.user_id AND j.finished_at IS NULL) AS held,
        CASE WHEN a.lots_change_at < 'infinity' THEN credits.next_expiry(a.user_id) END AS next_expiry
    FROM credits.accounts a;
REVOKE ALL ON public.balances FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.balances TO authenticated, service_role, credits_app;

-- The balance as the last entry that was written by then left it; no row for a user who is unknown or somebody else's. What
-- was held then is not known any more.
CREATE OR REPLACE FUNCTION public.balance_at(p_user_id uuid, p_as_of timestamptz)
RETURNS TABLE (user_id uuid, available bigint, free bigint, paid bigint, version bigint, next_expiry jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    SELECT p_user_id, v.free + v.paid, v.free, v.paid, v.version, expiry_of(p_user_id, v.version, v.free, v.paid)
    FROM accounts a CROSS JOIN LATERAL account_at(a.user_id, p_as_of) v
    WHERE a.user_id = p_user_id AND coalesce(a.user_id = auth.uid(), is_service())
$$;

REVOKE ALL ON FUNCTION credits.expiry_of, credits.next_expiry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credits.next_expiry TO authenticated, service_role, credits_app;
REVOKE ALL ON FUNCTION public.balance_at FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.balance_at TO authenticated, service_role, credits_app;
