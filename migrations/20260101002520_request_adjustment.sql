-- Asking for an adjustment: once for a caller, a user and a key.

-- The adjustment that this caller, user and key stand for; its id is NULL when there is none. Raises CR005 when it was
-- asked for something else.
CREATE OR REPLACE FUNCTION credits.requested_adjustment(
    p_user_id uuid, p_caller_id integer, p_idempotency_key text, p_request text)
RETURNS credits.adjustments LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_known adjustments;
BEGIN
    SELECT * INTO v_known FROM adjustments a
    WHERE a.user_id = p_user_id AND a.caller_id = p_caller_id AND a.idempotency_key = p_idempotency_key;
    IF v_known.request <> md5(p_request)::uuid THEN
        PERFORM refuse('CR005', 'This idempotency key was used for another request.',
            jsonb_build_object('adjustment_id', v_known.id));
    END IF;
    RETURN v_known;
END
$$;

-- What the request was answered with at first, whatever became of it since.
CREATE OR REPLACE FUNCTION credits.replay_request(p_adjustment credits.adjustments)
RETURNS public.adjustment_result LANGUAGE sql SET search_path = credits, pg_temp AS $$
    SELECT adjustment_answer(p_adjustment,
        CASE WHEN p_adjustment.status = 'posted' AND p_adjustment.decided_by IS NULL THEN 'posted' ELSE 'pending' END, true)
$$;

-- Writes down what is asked for, with the account and the job locked, and posts it when that needs no second admin: up to
-- the limit, and not for one's own account. Otherwise it waits 24 hours for one. Audited. Raises as credits.require_possible.
CREATE OR REPLACE FUNCTION credits.request_adjustment(
    p_asked credits.adjustments, p_idempotency_key text, p_request text, p_action text,
    p_actor text, p_via text, p_request_id text)
RETURNS public.adjustment_result LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_now constant timestamptz := clock_timestamp();
    v_limit bigint;
    v_alone boolean;
    v_made adjustments;
    v_before bigint;
    v_result public.adjustment_result;
BEGIN
    PERFORM require_possible(p_asked);
    SELECT s.approval_limit INTO v_limit FROM settings s FOR SHARE;
    SELECT a.free + a.paid INTO v_before FROM accounts a WHERE a.user_id = p_asked.user_id;
    v_alone := abs(p_asked.delta) <= v_limit AND v_actor <> 'staff:' || p_asked.user_id;
    INSERT INTO adjustments (user_id, category, delta, reason, reverses, job_id, status, caller_id, requested_by,
        requested_at, deadline, approval_limit, decided_at, idempotency_key, request)
    VALUES (p_asked.user_id, p_asked.category, p_asked.delta, p_asked.reason, p_asked.reverses, p_asked.job_id,
        CASE WHEN v_alone THEN 'posted' ELSE 'pending' END, caller_id(p_actor, p_via), v_actor, v_now,
        v_now + interval '24 hours', v_limit, CASE WHEN v_alone THEN v_now END, p_idempotency_key, md5(p_request)::uuid)
    RETURNING * INTO v_made;
    IF v_alone THEN
        PERFORM post_adjustment(v_made, v_made.caller_id, p_request_id);
    END IF;
    v_result := adjustment_answer(v_made, v_made.status, false);
    PERFORM write_audit(p_actor, p_via, p_request_id, p_action, v_made.user_id, v_made.id::text,
        jsonb_build_object('available', v_before),
        jsonb_strip_nulls(jsonb_build_object('status', v_made.status, 'delta', v_made.delta, 'category', v_made.category,
            'job_id', v_made.job_id, 'reverses', v_made.reverses, 'available', coalesce(v_result.available, v_before))),
        v_made.reason);
    RETURN v_result;
END
$$;
REVOKE ALL ON FUNCTION credits.requested_adjustment, credits.replay_request, credits.request_adjustment FROM PUBLIC;

-- Corrects one part of a balance by these credits, up or down. Above the limit, and for one's own account, it waits for a
-- second admin. The same caller, user, key and request again returns the first result. Lock: the request, then the account.
-- Raises CR001 the part has too little, CR002 unknown user, CR003 unusable delta, CR004 unusable key, CR005 key used for
-- another request, CR012 not allowed, CR013 missing reason or unknown category, CR016 the same request is under way.
CREATE OR REPLACE FUNCTION public.adjust_credits(
    p_user_id uuid, p_delta bigint, p_category text, p_reason text, p_idempotency_key text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.adjustment_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_request constant text := format('adjust %s %s %s', p_delta, p_category, p_reason);
    v_asked adjustments;
    v_known adjustments;
BEGIN
    PERFORM authorize(p_actor, p_via, 'adjustments:write');
    IF p_delta IS NULL OR p_delta = 0 OR p_delta NOT BETWEEN -1000000000000 AND 1000000000000 THEN
        PERFORM refuse('CR003', 'delta must be a whole number of credits, not 0, up to 1000000000000 either way.',
            jsonb_build_object('field', 'delta'));
    ELSIF p_category IS NULL OR p_category NOT IN ('promotional', 'paid') THEN
        PERFORM refuse('CR013', 'category must be promotional or paid.', jsonb_build_object('field', 'category'));
    END IF;
    PERFORM require_text('reason', p_reason, 500);
    PERFORM require_key(p_idempotency_key);
    PERFORM lock_request(caller_id(p_actor, p_via), p_idempotency_key);
    PERFORM lock_account(p_user_id);
    v_known := requested_adjustment(p_user_id, caller_id(p_actor, p_via), p_idempotency_key, v_request);
    IF v_known.id IS NOT NULL THEN
        RETURN replay_request(v_known);
    END IF;
    v_asked.user_id := p_user_id;
    v_asked.delta := p_delta;
    v_asked.category := p_category;
    v_asked.reason := p_reason;
    RETURN request_adjustment(v_asked, p_idempotency_key, v_request, 'credits.adjust', p_actor, p_via, p_request_id);
END
$$;
REVOKE ALL ON FUNCTION public.adjust_credits FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.adjust_credits TO credits_app, service_role;
