-- Verifies a claimed payment and adds its credits to the paid part of the balance, exactly once, audited in the same
-- transaction. Verifying it again with the same credits as the same actor returns the first result.
-- Lock: the receipt, then the account.
-- Raises CR003 credits out of range, CR009 unknown receipt, CR010 already decided, CR012 not allowed or one's own
-- receipt.
CREATE OR REPLACE FUNCTION public.verify_receipt(
    p_receipt_id uuid, p_credits bigint,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.receipt_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_receipt receipts;
BEGIN
    PERFORM authorize(p_actor, p_via, 'receipts:decide');
    PERFORM require_amount('credits', p_credits);
    v_receipt := lock_receipt(p_receipt_id);
    IF v_receipt.status = 'verified' AND v_receipt.decided_by = v_actor AND v_receipt.credits = p_credits THEN
        RETURN verified_result(v_receipt, true);
    END IF;
    PERFORM require_pending(v_receipt);
    IF v_actor = 'staff:' || v_receipt.user_id THEN
        PERFORM refuse('CR012', 'Nobody verifies their own payment. Ask another admin.');
    END IF;
    UPDATE receipts r SET status = 'verified', credits = p_credits, decided_by = v_actor, decided_at = clock_timestamp()
    WHERE r.id = p_receipt_id RETURNING * INTO v_receipt;
    PERFORM credit_receipt(v_receipt, v_actor, p_via, p_request_id);
    RETURN verified_result(v_receipt, false);
END
$$;

-- Adds a verified receipt's credits: the lot, the ledger entry and the audit row. The lot's unique receipt_id makes a
-- second time impossible.
DROP FUNCTION IF EXISTS credits.credit_receipt(credits.receipts, text, text, text);
CREATE OR REPLACE FUNCTION credits.credit_receipt(
    p_receipt credits.receipts, p_actor text, p_via text, p_request_id text, p_priority integer DEFAULT 100,
    p_expires_at timestamptz DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_caller_id constant integer := caller_id(p_actor, p_via);
    v_grant grants;
    v_entry ledger_entries;
BEGIN
    PERFORM lock_account(p_receipt.user_id);
    INSERT INTO grants (user_id, category, credits, source, receipt_id, caller_id, granted_by, priority,
        expires_at, burns_at)
    VALUES (p_receipt.user_id, 'paid', p_receipt.credits, 'receipt', p_receipt.id, v_caller_id, p_actor,
        coalesce(p_priority, 100), p_expires_at, coalesce(p_expires_at, 'infinity'))
    RETURNING * INTO v_grant;
    v_entry := begin_lot(v_grant, 'purchase', v_caller_id, p_request_id, p_receipt.note);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'receipt.verify', p_receipt.user_id, p_receipt.id::text,
        jsonb_build_object('status', 'pending', 'available', v_entry.balance_after - v_entry.delta),
        jsonb_build_object('status', 'verified', 'available', v_entry.balance_after, 'credits', p_receipt.credits),
        p_receipt.note);
END
$$;

CREATE OR REPLACE FUNCTION credits.lock_receipt(p_receipt_id uuid)
RETURNS credits.receipts LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_receipt receipts;
BEGIN
    SELECT * INTO v_receipt FROM receipts r WHERE r.id = p_receipt_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('CR009', 'There is no such receipt.', jsonb_build_object('receipt_id', p_receipt_id));
    END IF;
    RETURN v_receipt;
END
$$;

CREATE OR REPLACE FUNCTION credits.require_pending(p_receipt credits.receipts)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_receipt.status <> 'pending' THEN
        PERFORM refuse('CR010', format('This receipt is already %s.', p_receipt.status), jsonb_build_object(
            'receipt_id', p_receipt.id, 'status', p_receipt.status, 'decided_by', p_receipt.decided_by,
            'decided_at', p_receipt.decided_at, 'credits', p_receipt.credits));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION credits.verified_result(p_receipt credits.receipts, p_replayed boolean)
RETURNS public.receipt_result LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT (p_receipt.id, p_receipt.user_id, p_receipt.status, p_receipt.credits, e.id, e.balance_after - e.delta,
        e.balance_after, e.free_after, e.balance_after - e.free_after, p_replayed)::public.receipt_result
    FROM grants g JOIN ledger_entries e ON e.user_id = g.user_id AND e.seq = g.granted_seq
    WHERE g.receipt_id = p_receipt.id
$$;

REVOKE ALL ON FUNCTION credits.credit_receipt, credits.lock_receipt, credits.require_pending,
    credits.verified_result FROM PUBLIC;
REVOKE ALL ON FUNCTION public.verify_receipt FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.verify_receipt TO credits_app, service_role;
