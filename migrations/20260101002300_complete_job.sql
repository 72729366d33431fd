-- Completes a job, optionally for less than was charged: the rest goes back, paid credits first, so that the user ends
-- where a charge of the actual cost would have left them. Completing again with the same cost returns the same result.
-- Lock: the job, then the account (only when credits go back). Raises CR003 negative cost, CR006 unknown job, CR007
-- job finished otherwise, CR008 cost above the charge, CR012.
CREATE OR REPLACE FUNCTION public.complete_job(
    p_job_id uuid, p_actual_cost bigint DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.job_result LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_job jobs;
    v_refund bigint;
    v_free_refund bigint;
BEGIN
    PERFORM authorize(p_actor, p_via, 'jobs:write');
    IF p_actual_cost < 0 THEN
        PERFORM refuse('CR003', 'actual_cost must not be negative.', jsonb_build_object('field', 'actual_cost'));
    END IF;
    v_job := lock_job(p_job_id);
    IF p_actual_cost > v_job.cost THEN
        PERFORM refuse('CR008', 'A job cannot cost more than was charged.',
            jsonb_build_object('charged', v_job.cost, 'actual_cost', p_actual_cost));
    END IF;
    v_refund := v_job.cost - coalesce(p_actual_cost, v_job.cost);
    IF v_job.status NOT IN ('pending', 'processing') THEN
        IF v_job.status = 'completed' AND v_job.refunded = v_refund THEN
            RETURN finished_result(v_job, true);
        END IF;
        PERFORM refuse_finished(v_job);
    END IF;

    -- What the actual cost still takes from the free credits stays taken; the rest of them goes back.
    v_free_refund := v_job.free_cost - least(v_job.free_cost, v_job.cost - v_refund);
    UPDATE jobs j SET status = 'completed', refunded = v_refund, finished_at = clock_timestamp()
    WHERE j.id = p_job_id RETURNING * INTO v_job;
    IF v_refund > 0 THEN
        PERFORM post_entry(v_job.user_id, 'refund', v_free_refund, v_refund - v_free_refund,
            p_actor, p_via, p_request_id, 'The job cost less than was charged', p_job_id => v_job.id);
    END IF;
    RETURN finished_result(v_job, false);
END
$$;

CREATE OR REPLACE FUNCTION credits.lock_job(p_job_id uuid)
RETURNS credits.jobs LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_job jobs;
BEGIN
    SELECT * INTO v_job FROM jobs j WHERE j.id = p_job_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('CR006', 'There is no such job.', jsonb_build_object('job_id', p_job_id));
    END IF;
    RETURN v_job;
END
$$;

CREATE OR REPLACE FUNCTION credits.refuse_finished(p_job credits.jobs)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM refuse('CR007', format('This job is already %s.', p_job.status), jsonb_build_object(
        'job_id', p_job.id, 'status', p_job.status, 'cost', p_job.cost, 'refunded', p_job.refunded));
END
$$;

-- The job and the balance as they are now.
CREATE OR REPLACE FUNCTION credits.finished_result(p_job credits.jobs, p_replayed boolean)
RETURNS public.job_result LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT (p_job.id, p_job.user_id, p_job.operation, p_job.status, p_job.cost, p_job.refunded, p_job.metadata,
        p_job.created_at, p_job.finished_at, p_job.error, a.free + a.paid, a.free, a.paid, p_replayed)::public.job_result
    FROM accounts a WHERE a.user_id = p_job.user_id
$$;

REVOKE ALL ON FUNCTION credits.lock_job, credits.refuse_finished, credits.finished_result FROM PUBLIC;
REVOKE ALL ON FUNCTION public.complete_job FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.complete_job TO credits_app, service_role;
