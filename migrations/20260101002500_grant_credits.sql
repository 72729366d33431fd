-- Gives a user credits for a reason: promotional ones to the free part of the balance, paid ones to the paid part.
-- The same user and key again returns the first result. Audited in the same transaction. Lock: the account.
-- Raises CR002 unknown user, CR003 credits out of range, CR004 unusable key, CR005 key used for another grant,
-- CR012 the actor may not grant, CR013 missing reason or unknown category.
DO $type$
BEGIN
    IF to_regtype('public.grant_result') IS NULL THEN
        CREATE TYPE public.grant_result AS (
            id uuid, user_id uuid, category text, credits bigint, entry_id bigint,
            available_before bigint, available bigint, free bigint, paid bigint, replayed boolean);
    END IF;
END
$type$;

CREATE OR REPLACE FUNCTION public.grant_credits(
    p_user_id uuid, p_credits bigint, p_category text, p_reason text, p_idempotency_key text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.grant_result LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
    v_grant grants;
    v_entry ledger_entries;
BEGIN
    PERFORM authorize(p_actor, p_via, 'grants:write');
    PERFORM require_amount('credits', p_credits);
    PERFORM require_text('reason', p_reason, 500);
    IF p_category IS NULL OR p_category NOT IN ('promotional', 'paid') THEN
        PERFORM refuse('CR013', 'category must be promotional or paid.', jsonb_build_object('field', 'category'));
    END IF;
    PERFORM require_key(p_idempotency_key);
    v_account := lock_account(p_user_id);

    SELECT * INTO v_grant FROM grants g WHERE g.user_id = p_user_id AND g.idempotency_key = p_idempotency_key;
    IF FOUND THEN
        IF (v_grant.category, v_grant.credits, v_grant.reason) IS DISTINCT FROM (p_category, p_credits, p_reason) THEN
            PERFORM refuse('CR005', 'This idempotency key was used for another grant.',
                jsonb_build_object('grant_id', v_grant.id));
        END IF;
        SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_user_id AND e.grant_id = v_grant.id;
        RETURN (v_grant.id, p_user_id, v_grant.category, v_grant.credits, v_entry.id, v_entry.balance_after - v_entry.delta,
            v_entry.balance_after, v_entry.free_after, v_entry.balance_after - v_entry.free_after, true);
    END IF;

    INSERT INTO grants (user_id, category, credits, source, idempotency_key, reason, granted_by)
    VALUES (p_user_id, p_category, p_credits, 'manual', p_idempotency_key, p_reason,
        coalesce(p_actor, 'sql:' || session_user))
    RETURNING * INTO v_grant;
    v_entry := post_entry(p_user_id, 'grant',
        CASE p_category WHEN 'promotional' THEN p_credits ELSE 0 END,
        CASE p_category WHEN 'paid' THEN p_credits ELSE 0 END,
        caller_id(p_actor, p_via), p_request_id, p_reason, p_grant_id => v_grant.id);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'credits.grant', p_user_id, v_grant.id::text,
        jsonb_build_object('available', v_entry.balance_after - v_entry.delta),
        jsonb_build_object('available', v_entry.balance_after, 'credits', p_credits, 'category', p_category), p_reason);
    RETURN (v_grant.id, p_user_id, p_category, p_credits, v_entry.id, v_entry.balance_after - v_entry.delta,
        v_entry.balance_after, v_entry.free_after, v_entry.balance_after - v_entry.free_after, false);
END
$$;
REVOKE ALL ON FUNCTION public.grant_credits FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.grant_credits TO credits_app, service_role;
