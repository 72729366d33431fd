-- What adjustments, reversals and refunds of completed jobs have in common. Lock order: the request, the adjustment, its
-- job, then the account.

-- The credits of a completed job that can still go back. Raises CR019 for a job that is not finished, CR020 when all have
-- gone back.
CREATE OR REPLACE FUNCTION credits.refundable(p_job credits.jobs)
RETURNS bigint LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_job.finished_at IS NULL THEN
        PERFORM refuse('CR019', 'This job is not finished. Mark it as failed: then all its credits go back.',
            jsonb_build_object('kind', 'charge', 'job_id', p_job.id, 'status', p_job.status));
    ELSIF p_job.refunded = p_job.cost THEN
        PERFORM refuse('CR020', 'All credits of this job have gone back already.',
            jsonb_build_object('job_id', p_job.id, 'status', p_job.status, 'cost', p_job.cost));
    END IF;
    RETURN p_job.cost - p_job.refunded;
END
$$;

-- Whether this can be posted now, with the account and the job locked. Raises CR001 when its part of the balance is too
-- small (balance, required, shortfall, category), CR003 above what is left of the job, and as credits.refundable.
CREATE OR REPLACE FUNCTION credits.require_possible(p_adjustment credits.adjustments)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_has bigint;
BEGIN
    IF p_adjustment.job_id IS NOT NULL THEN
        SELECT refundable(j) INTO v_has FROM jobs j WHERE j.id = p_adjustment.job_id;
        IF p_adjustment.delta > v_has THEN
            PERFORM refuse('CR003', format('Only %s credits of this job are left to give back.', v_has),
                jsonb_build_object('field', 'credits', 'left', v_has));
        END IF;
        RETURN;
    END IF;
    SELECT CASE p_adjustment.category WHEN 'promotional' THEN a.free ELSE a.paid END INTO v_has
    FROM accounts a WHERE a.user_id = p_adjustment.user_id;
    IF v_has + p_adjustment.delta < 0 THEN
        PERFORM refuse('CR001', 'Not enough credits in this part of the balance.', jsonb_build_object(
            'balance', v_has, 'required', -p_adjustment.delta, 'shortfall', -p_adjustment.delta - v_has,
            'category', p_adjustment.category));
    END IF;
END
$$;

-- The lot of credits that an adjustment adds; it begins with the entry.
CREATE OR REPLACE FUNCTION credits.open_adjustment_lot(p_adjustment credits.adjustments)
RETURNS credits.grants LANGUAGE sql SET search_path = credits, pg_temp AS $$
    INSERT INTO grants (user_id, category, credits, source, reason, granted_by)
    VALUES (p_adjustment.user_id, p_adjustment.category, p_adjustment.delta, 'adjustment', p_adjustment.reason,
        p_adjustment.requested_by)
    RETURNING *
$$;

-- Writes the ledger entry of an adjustment that may be posted. A job's credits go back as finish_job gives them back: paid
-- ones first, so that the user ends where a charge of the rest would have left them.
CREATE OR REPLACE FUNCTION credits.post_adjustment(
    p_adjustment credits.adjustments, p_caller_id integer, p_request_id text)
RETURNS credits.ledger_entries LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_free bigint := CASE p_adjustment.category WHEN 'promotional' THEN p_adjustment.delta ELSE 0 END;
    v_entry ledger_entries;
BEGIN
    IF p_adjustment.job_id IS NOT NULL THEN
        SELECT free_difference(j, j.cost - j.refunded, j.cost - j.refunded - p_adjustment.delta)
        INTO v_free FROM jobs j WHERE j.id = p_adjustment.job_id;
        UPDATE jobs j SET refunded = j.refunded + p_adjustment.delta,
            staff_refunded = coalesce(j.staff_refunded, 0) + p_adjustment.delta
        WHERE j.id = p_adjustment.job_id;
    ELSIF p_adjustment.delta > 0 THEN
        RETURN begin_lot(open_adjustment_lot(p_adjustment), 'adjustment', p_caller_id, p_request_id, p_adjustment.reason,
            p_adjustment.id, p_adjustment.reverses);
    END IF;
    v_entry := post_entry(p_adjustment.user_id, CASE WHEN p_adjustment.job_id IS NULL THEN 'adjustment' ELSE 'refund' END,
        v_free, p_adjustment.delta - v_free, p_caller_id, p_request_id, p_adjustment.reason, p_job_id => p_adjustment.job_id,
        p_adjustment_id => p_adjustment.id, p_reverses_id => p_adjustment.reverses);
    -- Where free and paid lots alternate, the next charge must know into which of them the credits came back.
    PERFORM settle_lots(p_adjustment.user_id);
    RETURN v_entry;
END
$$;

-- The adjustment as it was with this status; the balance is there when it was posted, as it was right then.
CREATE OR REPLACE FUNCTION credits.adjustment_answer(
    p_adjustment credits.adjustments, p_status text, p_replayed boolean)
RETURNS public.adjustment_result LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
BEGIN
    IF p_status = 'posted' THEN
        SELECT * INTO v_entry FROM ledger_entries e WHERE e.adjustment_id = p_adjustment.id;
    END IF;
    RETURN (p_adjustment.id, p_adjustment.user_id, p_adjustment.category, p_adjustment.delta, p_status,
        p_adjustment.reverses, p_adjustment.job_id, v_entry.id, v_entry.balance_after - v_entry.delta,
        v_entry.balance_after, v_entry.free_after, v_entry.balance_after - v_entry.free_after,
        p_adjustment.approval_limit, p_adjustment.requested_at, p_adjustment.deadline, p_replayed)::public.adjustment_result;
END
$$;
REVOKE ALL ON FUNCTION credits.refundable, credits.require_possible, credits.open_adjustment_lot, credits.post_adjustment,
    credits.adjustment_answer FROM PUBLIC;
