-- Gives a user credits for a reason: promotional ones to the free part of the balance, paid ones to the paid part; at once or
-- from p_effective_at on, until they are spent or p_expires_at. Smaller p_priority is spent first.
-- The same caller, user and key again returns the first result. Audited in the same transaction. Lock: the account.
-- Raises CR002 unknown user, CR003 credits out of range, CR004 unusable key, CR005 key used for another grant,
-- CR012 the actor may not grant, or not to themselves, CR013 missing reason, unknown category, unusable priority or times,
-- CR050 more than API keys grant, CR051 the balance has moved.
DO $type$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('public.grant_result') AND attname = 'priority') THEN
        DROP TYPE IF EXISTS public.grant_result CASCADE;
        CREATE TYPE public.grant_result AS (
            id uuid, user_id uuid, category text, credits bigint, entry_id bigint,
            available_before bigint, available bigint, free bigint, paid bigint, replayed boolean,
            priority integer, effective_at timestamptz, expires_at timestamptz, created_at timestamptz);
    END IF;
END
$type$;
DROP FUNCTION IF EXISTS public.grant_credits(
    uuid, bigint, text, text, text, text, text, text, integer, timestamptz, timestamptz);

CREATE OR REPLACE FUNCTION public.grant_credits(
    p_user_id uuid, p_credits bigint, p_category text, p_reason text, p_idempotency_key text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL,
    p_priority integer DEFAULT 100, p_effective_at timestamptz DEFAULT NULL, p_expires_at timestamptz DEFAULT NULL,
    p_expected_version bigint DEFAULT NULL)
RETURNS public.grant_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_caller_id integer;
    v_grant grants;
    v_result public.grant_result;
    v_now timestamptz;
BEGIN
    PERFORM authorize(p_actor, p_via, 'grants:write');
    IF p_actor = 'staff:' || p_user_id THEN
        PERFORM refuse('CR012', 'Nobody grants credits to themselves. Ask another admin.');
    END IF;
    PERFORM require_amount('credits', p_credits);
    PERFORM require_text('reason', p_reason, 500);
    IF p_category IS NULL OR p_category NOT IN ('promotional', 'paid') THEN
        PERFORM refuse('CR013', 'category must be promotional or paid.', jsonb_build_object('field', 'category'));
    END IF;
    PERFORM require_key(p_idempotency_key);
    v_caller_id := caller_id(p_actor, p_via);
    PERFORM lock_account(p_user_id);

    SELECT * INTO v_grant FROM grants g
    WHERE g.user_id = p_user_id AND g.caller_id = v_caller_id AND g.idempotency_key = p_idempotency_key;
    IF FOUND THEN
        IF (v_grant.category, v_grant.credits, v_grant.reason, v_grant.priority, v_grant.effective_at, v_grant.expires_at)
            IS DISTINCT FROM (p_category, p_credits, p_reason, coalesce(p_priority, 100),
                coalesce(p_effective_at, v_grant.created_at), p_expires_at) THEN
            PERFORM refuse('CR005', 'This idempotency key was used for another grant.',
                jsonb_build_object('grant_id', v_grant.id));
        END IF;
        RETURN granted_result(v_grant, true);
    END IF;

    PERFORM require_version(p_user_id, p_expected_version);
    PERFORM require_key_limit(p_actor, p_user_id, p_credits);
    v_now := clock_timestamp();
    PERFORM check_lot(p_priority, coalesce(p_effective_at, v_now), p_expires_at, v_now);
    INSERT INTO grants (user_id, category, credits, source, idempotency_key, reason, caller_id, granted_by, created_at,
        priority, effective_at, expires_at, burns_at, granted_seq)
    SELECT p_user_id, p_category, p_credits, 'manual', p_idempotency_key, p_reason, v_caller_id,
        coalesce(p_actor, 'sql:' || session_user), v_now, coalesce(p_priority, 100), coalesce(p_effective_at, v_now),
        p_expires_at, coalesce(p_expires_at, 'infinity'), CASE WHEN p_effective_at > v_now THEN a.version END
    FROM accounts a WHERE a.user_id = p_user_id
    RETURNING * INTO v_grant;
    IF v_grant.effective_at > v_now THEN
        PERFORM settle_lots(p_user_id);
    ELSE
        v_grant.granted_seq := (begin_lot(v_grant, 'grant', v_caller_id, p_request_id, p_reason)).seq;
    END IF;
    v_result := granted_result(v_grant, false);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'credits.grant', p_user_id, v_grant.id::text,
        jsonb_build_object('available', v_result.available_before),
        jsonb_strip_nulls(jsonb_build_object('available', v_result.available, 'credits', p_credits, 'category', p_category,
            'priority', p_priority, 'effective_at', p_effective_at, 'expires_at', p_expires_at)), p_reason);
    RETURN v_result;
END
$$;

-- Refuses CR013 for a priority or times that a lot cannot have. A minute of the past is forgiven: clocks differ.
CREATE OR REPLACE FUNCTION credits.check_lot(
    p_priority integer, p_effective_at timestamptz, p_expires_at timestamptz, p_now timestamptz)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_priority NOT BETWEEN 0 AND 1000 THEN
        PERFORM refuse('CR013', 'priority must be from 0 to 1000.', jsonb_build_object('field', 'priority'));
    ELSIF p_effective_at NOT BETWEEN p_now - interval '1 minute' AND p_now + interval '10 years' THEN
        PERFORM refuse('CR013', 'effective_at must not be in the past and at most ten years ahead.',
            jsonb_build_object('field', 'effective_at'));
    ELSIF p_expires_at <= greatest(p_effective_at, p_now) OR p_expires_at > p_now + interval '100 years' THEN
        PERFORM refuse('CR013', 'expires_at must be after effective_at, in the future and at most a hundred years ahead.',
            jsonb_build_object('field', 'expires_at'));
    END IF;
END
$$;

-- The grant with the balance as it was when it had just been made. A grant that begins later had no entry then.
CREATE OR REPLACE FUNCTION credits.granted_result(p_grant credits.grants, p_replayed boolean)
RETURNS public.grant_result LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
    v_own boolean;
BEGIN
    SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_grant.user_id AND e.seq = p_grant.granted_seq;
    v_own := FOUND AND v_entry.grant_id = p_grant.id;
    RETURN (p_grant.id, p_grant.user_id, p_grant.category, p_grant.credits, CASE WHEN v_own THEN v_entry.id END,
        coalesce(v_entry.balance_after, 0) - CASE WHEN v_own THEN v_entry.delta ELSE 0 END,
        coalesce(v_entry.balance_after, 0), coalesce(v_entry.free_after, 0),
        coalesce(v_entry.balance_after - v_entry.free_after, 0), p_replayed,
        p_grant.priority, p_grant.effective_at, p_grant.expires_at, p_grant.created_at)::public.grant_result;
END
$$;
REVOKE ALL ON FUNCTION credits.check_lot, credits.granted_result FROM PUBLIC;
REVOKE ALL ON FUNCTION public.grant_credits FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.grant_credits TO credits_app, service_role;
