-- Gives back credits of a completed job, a part or all that is left, to the parts of the balance that paid: paid credits
-- first. As often as credits are left; the same caller, user, key and request again returns the first result. Above the
-- limit it waits for a second admin. Lock: the request, the job, then the account.
-- Raises CR003 unusable credits or more than is left (left), CR004 unusable key, CR005 key used for another request, CR006
-- unknown job, CR012 not allowed, CR013 missing reason, CR016 the same request is under way, CR019 job not finished, CR020
-- nothing left.
CREATE OR REPLACE FUNCTION public.refund_job(
    p_job_id uuid, p_credits bigint, p_reason text, p_idempotency_key text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.adjustment_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_request constant text := format('refund %s %s %s', p_job_id, p_credits, p_reason);
    v_job jobs;
    v_asked adjustments;
    v_known adjustments;
BEGIN
    PERFORM authorize(p_actor, p_via, 'adjustments:write');
    IF p_credits IS NOT NULL THEN
        PERFORM require_amount('credits', p_credits);
    END IF;
    PERFORM require_text('reason', p_reason, 500);
    PERFORM require_key(p_idempotency_key);
    PERFORM lock_request(caller_id(p_actor, p_via), p_idempotency_key);
    v_job := lock_job(p_job_id);
    PERFORM lock_account(v_job.user_id);
    v_known := requested_adjustment(v_job.user_id, caller_id(p_actor, p_via), p_idempotency_key, v_request);
    IF v_known.id IS NOT NULL THEN
        RETURN replay_request(v_known);
    END IF;
    v_asked.user_id := v_job.user_id;
    v_asked.job_id := v_job.id;
    v_asked.delta := coalesce(p_credits, refundable(v_job));
    v_asked.reason := p_reason;
    RETURN request_adjustment(v_asked, p_idempotency_key, v_request, 'job.refund', p_actor, p_via, p_request_id);
END
$$;
REVOKE ALL ON FUNCTION public.refund_job FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.refund_job TO credits_app, service_role;
