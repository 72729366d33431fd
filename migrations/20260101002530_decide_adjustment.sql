-- A second admin decides what waits; what nobody decides expires.

CREATE OR REPLACE FUNCTION credits.lock_adjustment(p_adjustment_id uuid)
RETURNS credits.adjustments LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_adjustment adjustments;
BEGIN
    SELECT * INTO v_adjustment FROM adjustments a WHERE a.id = p_adjustment_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('CR021', 'There is no such adjustment.', jsonb_build_object('adjustment_id', p_adjustment_id));
    END IF;
    RETURN v_adjustment;
END
$$;

-- Refuses CR022 unless it waits, and its time is not over.
CREATE OR REPLACE FUNCTION credits.require_undecided(p_adjustment credits.adjustments)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_status constant text := CASE WHEN p_adjustment.status = 'pending' AND p_adjustment.deadline <= clock_timestamp()
        THEN 'expired' ELSE p_adjustment.status END;
BEGIN
    IF v_status <> 'pending' THEN
        PERFORM refuse('CR022', format('This adjustment is already %s.', v_status), jsonb_build_object(
            'adjustment_id', p_adjustment.id, 'status', v_status, 'decided_by', p_adjustment.decided_by,
            'decided_at', p_adjustment.decided_at));
    END IF;
END
$$;

-- Approves what another admin asked for and posts it, exactly once, audited in the same transaction. Approving it again as
-- the same admin returns the first result. Lock: the adjustment, its job, then the account.
-- Raises CR001 the part has too little by now, CR003 and CR020 the job has too little left, CR012 not allowed, CR021
-- unknown, CR022 already decided or expired, CR023 one's own request or account, or not a member of staff.
CREATE OR REPLACE FUNCTION public.approve_adjustment(
    p_adjustment_id uuid, p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.adjustment_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_adjustment adjustments;
    v_entry ledger_entries;
BEGIN
    PERFORM authorize(p_actor, p_via, 'adjustments:write');
    v_adjustment := lock_adjustment(p_adjustment_id);
    IF v_adjustment.status = 'posted' AND v_adjustment.decided_by = v_actor THEN
        RETURN adjustment_answer(v_adjustment, 'posted', true);
    END IF;
    PERFORM require_undecided(v_adjustment);
    IF v_actor NOT LIKE 'staff:%' OR v_actor IN (v_adjustment.requested_by, 'staff:' || v_adjustment.user_id) THEN
        PERFORM refuse('CR023', 'A second admin must approve this: nobody approves their own request, nor one for their '
            'own account.', jsonb_build_object('adjustment_id', v_adjustment.id, 'requested_by', v_adjustment.requested_by));
    END IF;
    IF v_adjustment.job_id IS NOT NULL THEN
        PERFORM lock_job(v_adjustment.job_id);
    END IF;
    PERFORM lock_account(v_adjustment.user_id);
    PERFORM require_possible(v_adjustment);
    UPDATE adjustments a SET status = 'posted', decided_by = v_actor, decided_at = clock_timestamp()
    WHERE a.id = p_adjustment_id RETURNING * INTO v_adjustment;
    v_entry := post_adjustment(v_adjustment, caller_id(p_actor, p_via), p_request_id);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'adjustment.approve', v_adjustment.user_id, v_adjustment.id::text,
        jsonb_build_object('status', 'pending', 'available', v_entry.balance_after - v_entry.delta),
        jsonb_build_object('status', 'posted', 'available', v_entry.balance_after, 'delta', v_entry.delta),
        v_adjustment.reason);
    RETURN adjustment_answer(v_adjustment, 'posted', false);
END
$$;

-- Rejects what waits, with a reason for the one who asked; they may also withdraw it so. Moves no credits. Audited.
-- Rejecting it again as the same admin for the same reason returns the first result. Lock: the adjustment.
-- Raises CR012 not allowed, CR013 missing reason, CR021 unknown, CR022 already decided or expired.
CREATE OR REPLACE FUNCTION public.reject_adjustment(
    p_adjustment_id uuid, p_reason text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.adjustment_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_adjustment adjustments;
BEGIN
    PERFORM authorize(p_actor, p_via, 'adjustments:write');
    PERFORM require_text('reason', p_reason, 500);
    v_adjustment := lock_adjustment(p_adjustment_id);
    IF v_adjustment.status = 'rejected' AND v_adjustment.decided_by = v_actor AND v_adjustment.decision_reason = p_reason THEN
        RETURN adjustment_answer(v_adjustment, 'rejected', true);
    END IF;
    PERFORM require_undecided(v_adjustment);
    UPDATE adjustments a SET status = 'rejected', decided_by = v_actor, decided_at = clock_timestamp(),
        decision_reason = p_reason
    WHERE a.id = p_adjustment_id RETURNING * INTO v_adjustment;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'adjustment.reject', v_adjustment.user_id, v_adjustment.id::text,
        jsonb_build_object('status', 'pending'), jsonb_build_object('status', 'rejected'), p_reason);
    RETURN adjustment_answer(v_adjustment, 'rejected', false);
END
$$;
REVOKE ALL ON FUNCTION credits.lock_adjustment, credits.require_undecided FROM PUBLIC;
-- The service role may speak for anybody, so it does not decide: two persons are more than one caller with two names.
REVOKE ALL ON FUNCTION public.approve_adjustment, public.reject_adjustment FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.approve_adjustment, public.reject_adjustment TO credits_app;
