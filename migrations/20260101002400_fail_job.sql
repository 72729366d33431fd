-- Fails a job and gives its credits back, exactly once, to the parts of the balance they came from. Failing it again
-- returns the same result. Lock: the job, then the account. Raises CR006 unknown job, CR007 job completed or expired,
-- CR012, CR013.
CREATE OR REPLACE FUNCTION public.fail_job(
    p_job_id uuid, p_error text DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.job_result LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_job jobs;
BEGIN
    PERFORM authorize(p_actor, p_via, 'jobs:write');
    IF p_error IS NOT NULL THEN
        PERFORM require_text('error', p_error, 2000);
    END IF;
    v_job := lock_job(p_job_id);
    IF v_job.status = 'failed' THEN
        RETURN finished_result(v_job, true);
    ELSIF v_job.status NOT IN ('pending', 'processing') THEN
        PERFORM refuse_finished(v_job);
    END IF;

    UPDATE jobs j SET status = 'failed', refunded = j.cost, error = p_error, finished_at = clock_timestamp()
    WHERE j.id = p_job_id RETURNING * INTO v_job;
    PERFORM post_entry(v_job.user_id, 'refund', v_job.free_cost, v_job.cost - v_job.free_cost,
        p_actor, p_via, p_request_id, 'The job failed', p_job_id => v_job.id);
    IF p_via = 'console' THEN
        PERFORM write_audit(p_actor, p_via, p_request_id, 'job.fail', v_job.user_id, v_job.id::text,
            NULL, jsonb_build_object('refunded', v_job.refunded), p_error);
    END IF;
    RETURN finished_result(v_job, false);
END
$$;
REVOKE ALL ON FUNCTION public.fail_job FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.fail_job TO credits_app, service_role;
