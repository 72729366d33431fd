-- Completes a job, optionally for less than was charged: the rest goes back. Completing again with the same cost returns
-- the same result. Lock: the caller's key, the job, then the account (only when credits go back). Raises CR003 negative
-- cost, CR004 unusable key, CR005 key used for another request, CR006 unknown job, CR007 job finished otherwise (expired
-- ones too), CR008 cost above the charge, CR012, CR016.
DROP FUNCTION IF EXISTS public.complete_job(uuid, bigint, text, text, text);
CREATE OR REPLACE FUNCTION public.complete_job(
    p_job_id uuid, p_actual_cost bigint DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL,
    p_idempotency_key text DEFAULT NULL)
RETURNS public.job_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_caller_id integer;
    v_job jobs;
    v_refund bigint;
BEGIN
    PERFORM authorize(p_actor, p_via, 'jobs:write');
    IF p_actual_cost < 0 THEN
        PERFORM refuse('CR003', 'actual_cost must not be negative.', jsonb_build_object('field', 'actual_cost'));
    END IF;
    v_caller_id := caller_id(p_actor, p_via);
    PERFORM claim_key(v_caller_id, p_idempotency_key, format('complete %s %s', p_job_id, p_actual_cost));
    v_job := lock_job(p_job_id);
    IF p_actual_cost > v_job.cost THEN
        PERFORM refuse('CR008', 'A job cannot cost more than was charged.',
            jsonb_build_object('charged', v_job.cost, 'actual_cost', p_actual_cost));
    END IF;
    v_refund := v_job.cost - coalesce(p_actual_cost, v_job.cost);
    IF v_job.finished_at IS NULL THEN
        RETURN finish_job(v_job, 'completed', v_refund, NULL, v_caller_id, p_request_id,
            'The job cost less than was charged');
    ELSIF v_job.status = 'completed' AND v_job.refunded - coalesce(v_job.staff_refunded, 0) = v_refund THEN
        RETURN finished_result(v_job, true);
    END IF;
    PERFORM refuse_finished(v_job);
END
$$;
REVOKE ALL ON FUNCTION public.complete_job FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.complete_job TO credits_app, service_role;
