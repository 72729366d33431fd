-- The one place where credits move. Adds the deltas to the account and writes the ledger entry that says so.
-- Lock order of every money function: receipt or job, then account. One account per call, never two.
-- Raises CR002 for an unknown user; the account's CHECKs stop what would go below zero.
CREATE OR REPLACE FUNCTION credits.post_entry(
    p_user_id uuid, p_kind text, p_free_delta bigint, p_paid_delta bigint,
    p_actor text, p_via text, p_request_id text, p_reason text DEFAULT NULL,
    p_job_id uuid DEFAULT NULL, p_receipt_id uuid DEFAULT NULL, p_grant_id uuid DEFAULT NULL)
RETURNS credits.ledger_entries LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
    v_entry ledger_entries;
BEGIN
    UPDATE accounts a
    SET free = a.free + p_free_delta, paid = a.paid + p_paid_delta, version = a.version + 1
    WHERE a.user_id = p_user_id RETURNING a.* INTO v_account;
    IF NOT FOUND THEN
        PERFORM refuse('CR002', 'There is no account for this user.', jsonb_build_object('user_id', p_user_id));
    END IF;
    INSERT INTO ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after,
        job_id, receipt_id, grant_id, actor, via, request_id, reason)
    VALUES (p_user_id, v_account.version, p_kind, p_free_delta + p_paid_delta, p_free_delta,
        v_account.free + v_account.paid, v_account.free,
        p_job_id, p_receipt_id, p_grant_id, coalesce(p_actor, 'sql:' || session_user), p_via, p_request_id, p_reason)
    RETURNING * INTO v_entry;
    RETURN v_entry;
END
$$;
REVOKE ALL ON FUNCTION credits.post_entry FROM PUBLIC;
