-- Fails a job and gives its credits back, exactly once, to the parts of the balance they came from. Failing it again
-- returns the same result. Lock: the caller's key, the job, then the account. Raises CR004 unusable key, CR005 key used
-- for another request, CR006 unknown job, CR007 job completed or expired, CR012, CR013, CR016.
DROP FUNCTION IF EXISTS public.fail_job(uuid, text, text, text, text);
CREATE OR REPLACE FUNCTION public.fail_job(
    p_job_id uuid, p_error text DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL,
    p_idempotency_key text DEFAULT NULL)
RETURNS public.job_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_caller_id integer;
    v_job jobs;
    v_result public.job_result;
BEGIN
    PERFORM authorize(p_actor, p_via, 'jobs:write');
    IF p_error IS NOT NULL THEN
        PERFORM require_text('error', p_error, 2000);
    END IF;
    v_caller_id := caller_id(p_actor, p_via);
    PERFORM claim_key(v_caller_id, p_idempotency_key, format('fail %s %s', p_job_id, p_error));
    v_job := lock_job(p_job_id);
    IF v_job.status = 'failed' THEN
        RETURN finished_result(v_job, true);
    ELSIF v_job.finished_at IS NOT NULL THEN
        PERFORM refuse_finished(v_job);
    END IF;
    v_result := finish_job(v_job, 'failed', v_job.cost, p_error, v_caller_id, p_request_id, 'The job failed');
    IF p_via = 'console' THEN
        PERFORM write_audit(p_actor, p_via, p_request_id, 'job.fail', v_job.user_id, v_job.id::text,
            NULL, jsonb_build_object('refunded', v_job.cost), p_error);
    END IF;
    RETURN v_result;
END
$$;
REVOKE ALL ON FUNCTION public.fail_job FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.fail_job TO credits_app, service_role;
