-- What completing, failing and expiring a job have in common.

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

-- How many free credits more the job would take at one cost than at a smaller one, with the balance and the order of lots
-- of its charge. So whatever goes back, the user ends where a charge of the rest would have left them.
CREATE OR REPLACE FUNCTION credits.free_difference(p_job credits.jobs, p_cost bigint, p_smaller_cost bigint)
RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
    v_account accounts;
BEGIN
    IF p_job.burn_order IS NULL THEN
        RETURN least(p_job.free_cost, p_cost) - least(p_job.free_cost, p_smaller_cost);
    END IF;
    SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_job.user_id AND e.seq = p_job.charge_seq;
    v_account.free := v_entry.free_after - v_entry.free_delta;
    v_account.paid := v_entry.balance_after - v_entry.delta - v_account.free;
    v_account.burn_order := p_job.burn_order;
    RETURN split_charge(v_account, p_cost) - split_charge(v_account, p_smaller_cost);
END
$$;

-- Ends a locked job that is open, and gives these credits back to the parts of the balance that paid. Lock: the account,
-- when credits go back.
CREATE OR REPLACE FUNCTION credits.finish_job(
    p_job credits.jobs, p_status text, p_refund bigint, p_error text, p_caller_id integer, p_request_id text, p_reason text)
RETURNS public.job_result LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_job jobs;
    v_free constant bigint := free_difference(p_job, p_job.cost, p_job.cost - p_refund);
    v_account accounts;
    v_seq bigint;
BEGIN
    IF p_refund > 0 THEN
        -- What expired before the refund must not take it along.
        v_account := lock_account(p_job.user_id);
        v_seq := (post_entry(p_job.user_id, 'refund', v_free, p_refund - v_free, p_caller_id, p_request_id, p_reason,
            p_job_id => p_job.id)).seq;
        -- Where free and paid lots alternate, the next charge must know into which of them the credits came back.
        IF v_account.burn_order IS NOT NULL THEN
            PERFORM settle_lots(p_job.user_id);
        END IF;
    ELSE
        SELECT a.version INTO v_seq FROM accounts a WHERE a.user_id = p_job.user_id;
    END IF;
    UPDATE jobs j SET status = p_status, refunded = p_refund, error = p_error, finish_seq = v_seq,
        finished_at = clock_timestamp()
    WHERE j.id = p_job.id RETURNING * INTO v_job;
    RETURN finished_result(v_job, false);
END
$$;

CREATE OR REPLACE FUNCTION credits.refuse_finished(p_job credits.jobs)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM refuse('CR007', format('This job is already %s.', p_job.status), jsonb_build_object(
        'job_id', p_job.id, 'status', p_job.status, 'cost', p_job.cost, 'refunded', p_job.refunded));
END
$$;

-- The job and the balance as they were when it had just been finished, so that a replay answers with the same.
CREATE OR REPLACE FUNCTION credits.finished_result(p_job credits.jobs, p_replayed boolean)
RETURNS public.job_result LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
BEGIN
    SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_job.user_id AND e.seq = p_job.finish_seq;
    RETURN (p_job.id, p_job.user_id, p_job.operation, p_job.status, p_job.cost,
        p_job.refunded - coalesce(p_job.staff_refunded, 0), coalesce(p_job.metadata, '{}'), p_job.created_at, p_job.deadline,
        p_job.finished_at, p_job.error,
        v_entry.balance_after, v_entry.free_after, v_entry.balance_after - v_entry.free_after,
        p_replayed)::public.job_result;
END
$$;
REVOKE ALL ON FUNCTION credits.lock_job, credits.free_difference, credits.finish_job, credits.refuse_finished,
    credits.finished_result FROM PUBLIC;
