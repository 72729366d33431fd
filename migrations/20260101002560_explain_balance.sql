-- Which lots a balance consists of, now or after the last ledger entry at any moment: a row for each lot that there was, with
-- what was left in it, its status and its place in the burn-down order (NULL when it was not open). The open rows sum up to
-- free (promotional) and paid. Credits that came back after their lot was closed stand in a row without an id, spent first
-- of their category, until the next lot changes. Raises CR002 unknown user.
CREATE OR REPLACE FUNCTION public.explain_balance(p_user_id uuid, p_as_of timestamptz DEFAULT NULL)
RETURNS TABLE (id uuid, category text, source text, priority integer, effective_at timestamptz, expires_at timestamptz,
    credits bigint, remaining bigint, status text, "position" bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
BEGIN
    SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id;
    IF NOT FOUND THEN
        PERFORM refuse('CR002', 'There is no account for this user.', jsonb_build_object('user_id', p_user_id));
    END IF;
    IF p_as_of IS NOT NULL THEN
        v_account := account_at(p_user_id, p_as_of);
    END IF;
    RETURN QUERY
    WITH open AS MATERIALIZED (
        SELECT * FROM lots_at(p_user_id, v_account.version, v_account.free, v_account.paid)),
    none AS (
        SELECT c.category, c.whole - coalesce((SELECT sum(o.remaining) FROM open o WHERE o.category = c.category), 0) AS left_over
        FROM (VALUES ('promotional', v_account.free), ('paid', v_account.paid)) AS c(category, whole))
    SELECT NULL::uuid, n.category, 'refund', NULL::integer, NULL::timestamptz, NULL::timestamptz, n.left_over::bigint,
        n.left_over::bigint, 'open', 0::bigint
    FROM none n WHERE n.left_over > 0
    UNION ALL
    SELECT g.id, g.category, g.source, g.priority, g.effective_at, g.expires_at, g.credits, coalesce(o.remaining, 0),
        CASE WHEN o.grant_id IS NOT NULL THEN 'open' WHEN g.closed_seq <= v_account.version THEN g.status ELSE 'scheduled' END,
        o.position
    FROM grants g LEFT JOIN open o ON o.grant_id = g.id
    WHERE g.user_id = p_user_id AND (o.grant_id IS NOT NULL OR g.created_at <= coalesce(p_as_of, 'infinity'))
    ORDER BY 10 NULLS LAST, 5, 1;
END
$$;

-- The account as the last entry that was written by then left it; empty before the first one.
CREATE OR REPLACE FUNCTION credits.account_at(p_user_id uuid, p_as_of timestamptz)
RETURNS credits.accounts LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
BEGIN
    v_account.user_id := p_user_id;
    SELECT e.free_after, e.balance_after - e.free_after, e.seq INTO v_account.free, v_account.paid, v_account.version
    FROM ledger_entries e
    -- Where to begin looking, with a minute to spare for clocks that were set back.
    WHERE e.user_id = p_user_id AND e.seq <= public.entry_seq_at(p_user_id, p_as_of + interval '1 minute')
        AND e.created_at <= p_as_of
    ORDER BY e.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        v_account.free := 0;
        v_account.paid := 0;
        v_account.version := 0;
    END IF;
    RETURN v_account;
END
$$;
REVOKE ALL ON FUNCTION credits.account_at FROM PUBLIC;
REVOKE ALL ON FUNCTION public.explain_balance FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.explain_balance TO credits_app, service_role;
