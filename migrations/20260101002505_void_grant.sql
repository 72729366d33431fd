-- Takes back what is left of a grant and ends it for good; a grant that has not begun never will. What was spent of it stays
-- spent. Audited in the same transaction. The same caller and reason again returns the first result.
-- Lock: the caller's key, then the account, then its lots. Raises CR004 unusable key, CR005 key used for another request,
-- CR012 the actor may not, or not void this one, CR013 missing reason, CR016, CR017 unknown grant, CR018 the
-- grant has expired or was voided already.
DO $type$
BEGIN
    IF to_regtype('public.void_result') IS NULL THEN
        CREATE TYPE public.void_result AS (
            id uuid, user_id uuid, category text, credits bigint, entry_id bigint,
            available bigint, free bigint, paid bigint, replayed boolean);
    END IF;
END
$type$;

CREATE OR REPLACE FUNCTION public.void_grant(
    p_grant_id uuid, p_reason text, p_idempotency_key text DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.void_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_caller_id integer;
    v_grant grants;
    v_account accounts;
    v_result public.void_result;
BEGIN
    PERFORM authorize(p_actor, p_via, 'grants:write');
    PERFORM require_text('reason', p_reason, 500);
    v_caller_id := caller_id(p_actor, p_via);
    PERFORM claim_key(v_caller_id, p_idempotency_key, format('void %s %s', p_grant_id, p_reason));
    PERFORM require_key_made(p_actor, p_grant_id);
    v_account := lock_account(g.user_id) FROM grants g WHERE g.id = p_grant_id;
    SELECT * INTO v_grant FROM grants g WHERE g.id = p_grant_id;
    IF NOT FOUND THEN
        PERFORM refuse('CR017', 'There is no such grant.', jsonb_build_object('grant_id', p_grant_id));
    ELSIF (v_grant.status, v_grant.closed_by, v_grant.close_reason) = ('voided', v_caller_id, p_reason) THEN
        RETURN voided_result(v_grant, true);
    ELSIF v_grant.closed_at IS NOT NULL THEN
        PERFORM refuse('CR018', format('This grant is already %s.', v_grant.status),
            jsonb_build_object('grant_id', v_grant.id, 'status', v_grant.status, 'closed_at', v_grant.closed_at));
    END IF;
    v_grant := close_lot(v_grant, 'voided', 'clawback', v_caller_id, p_request_id, p_reason);
    v_result := voided_result(v_grant, false);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'credits.void', v_grant.user_id, v_grant.id::text,
        jsonb_build_object('available', v_account.free + v_account.paid),
        jsonb_build_object('available', v_result.available, 'credits', v_result.credits, 'category', v_grant.category), p_reason);
    RETURN v_result;
END
$$;

-- What was taken back (0 when nothing was left), and the balance as it was when the grant had just been voided.
CREATE OR REPLACE FUNCTION credits.voided_result(p_grant credits.grants, p_replayed boolean)
RETURNS public.void_result LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
    v_own boolean;
BEGIN
    SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_grant.user_id AND e.seq = p_grant.closed_seq;
    v_own := FOUND AND v_entry.grant_id = p_grant.id AND v_entry.kind = 'clawback';
    RETURN (p_grant.id, p_grant.user_id, p_grant.category, CASE WHEN v_own THEN -v_entry.delta ELSE 0 END,
        CASE WHEN v_own THEN v_entry.id END, coalesce(v_entry.balance_after, 0), coalesce(v_entry.free_after, 0),
        coalesce(v_entry.balance_after - v_entry.free_after, 0), p_replayed)::public.void_result;
END
$$;
REVOKE ALL ON FUNCTION credits.voided_result FROM PUBLIC;
REVOKE ALL ON FUNCTION public.void_grant FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.void_grant TO credits_app, service_role;
