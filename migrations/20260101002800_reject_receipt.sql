-- Rejects a claimed payment with a reason that the user will read. Moves no credits. Audited in the same transaction.
-- Rejecting it again as the same actor for the same reason returns the first result. Lock: the receipt.
-- Raises CR009 unknown receipt, CR010 already decided, CR012 not allowed, CR013 missing reason.
CREATE OR REPLACE FUNCTION public.reject_receipt(
    p_receipt_id uuid, p_reason text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.receipt_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_receipt receipts;
    v_account accounts;
    v_replayed boolean := false;
BEGIN
    PERFORM authorize(p_actor, p_via, 'receipts:decide');
    PERFORM require_text('reason', p_reason, 500);
    v_receipt := lock_receipt(p_receipt_id);
    IF v_receipt.status = 'rejected' AND v_receipt.decided_by = v_actor AND v_receipt.decision_reason = p_reason THEN
        v_replayed := true;
    ELSE
        PERFORM require_pending(v_receipt);
        UPDATE receipts r SET status = 'rejected', decided_by = v_actor, decided_at = clock_timestamp(),
            decision_reason = p_reason
        WHERE r.id = p_receipt_id RETURNING * INTO v_receipt;
        PERFORM write_audit(p_actor, p_via, p_request_id, 'receipt.reject', v_receipt.user_id, v_receipt.id::text,
            jsonb_build_object('status', 'pending'), jsonb_build_object('status', 'rejected'), p_reason);
    END IF;
    SELECT * INTO v_account FROM accounts a WHERE a.user_id = v_receipt.user_id;
    RETURN receipt_state(v_receipt, v_account, v_replayed);
END
$$;
REVOKE ALL ON FUNCTION public.reject_receipt FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.reject_receipt TO credits_app, service_role;
