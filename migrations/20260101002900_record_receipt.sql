-- Records a payment that staff have checked already and adds its credits: claim and verification in one step.
-- A reference that was used before is refused and the first receipt named, so that no payment counts twice; without one, the
-- same payment again within ten minutes is refused too, because that is what a repeated command looks like.
-- The credits are spent in the order of p_priority, until p_expires_at. Lock: the account. Raises CR002 unknown user, CR003,
-- CR011 reference used before, CR012 not allowed or one's own payment, CR013.
DROP FUNCTION IF EXISTS public.record_receipt(uuid, bigint, bigint, text, text, text, text, text);
CREATE OR REPLACE FUNCTION public.record_receipt(
    p_user_id uuid, p_credits bigint, p_amount_cents bigint, p_reference text DEFAULT NULL, p_note text DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL,
    p_priority integer DEFAULT 100, p_expires_at timestamptz DEFAULT NULL)
RETURNS public.receipt_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_provider constant text := CASE WHEN p_reference IS NULL THEN 'manual' ELSE 'bmc' END;
    v_receipt receipts;
BEGIN
    PERFORM authorize(p_actor, p_via, 'receipts:decide');
    IF v_actor = 'staff:' || p_user_id THEN
        PERFORM refuse('CR012', 'Nobody records their own payment. Ask another admin.');
    END IF;
    PERFORM require_amount('credits', p_credits);
    IF p_amount_cents IS NULL OR p_amount_cents NOT BETWEEN 0 AND 100000000 THEN
        PERFORM refuse('CR003', 'amount must be from 0 to 1000000.00.', jsonb_build_object('field', 'amount'));
    END IF;
    IF p_note IS NOT NULL THEN
        PERFORM require_text('notes', p_note, 500);
    END IF;
    PERFORM lock_account(p_user_id);
    PERFORM check_lot(p_priority, clock_timestamp(), p_expires_at, clock_timestamp());
    IF p_reference IS NOT NULL THEN
        PERFORM require_new_reference(v_provider, p_reference);
    ELSE
        PERFORM require_new_payment(p_user_id, p_credits, p_amount_cents);
    END IF;
    INSERT INTO receipts (user_id, provider, reference, amount_cents, status, credits, note,
        claimed_by, decided_by, decided_at)
    VALUES (p_user_id, v_provider, btrim(p_reference), p_amount_cents, 'verified', p_credits, p_note,
        v_actor, v_actor, clock_timestamp())
    RETURNING * INTO v_receipt;
    PERFORM credit_receipt(v_receipt, v_actor, p_via, p_request_id, p_priority, p_expires_at);
    RETURN verified_result(v_receipt, false);
EXCEPTION WHEN unique_violation THEN
    -- Somebody recorded the same reference at the same moment: now it can be seen and named.
    PERFORM require_new_reference(v_provider, p_reference);
    RAISE;
END
$$;

CREATE OR REPLACE FUNCTION credits.require_new_reference(p_provider text, p_reference text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_first receipts;
BEGIN
    PERFORM require_text('reference', p_reference, 100);
    IF normalize_reference(p_reference) IS NULL THEN
        PERFORM refuse('CR013', 'reference must contain letters or digits.', jsonb_build_object('field', 'reference'));
    END IF;
    SELECT * INTO v_first FROM receipts r
    WHERE r.provider = p_provider AND r.reference_key = normalize_reference(p_reference) AND r.status <> 'rejected';
    IF FOUND THEN
        PERFORM refuse('CR011', format('Reference %s was used before.', p_reference), receipt_detail(v_first));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION credits.require_new_payment(p_user_id uuid, p_credits bigint, p_amount_cents bigint)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_first receipts;
BEGIN
    SELECT * INTO v_first FROM receipts r
    WHERE r.user_id = p_user_id AND r.reference IS NULL AND r.credits = p_credits AND r.amount_cents = p_amount_cents
        AND r.created_at > clock_timestamp() - interval '10 minutes' LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('CR011', 'The same payment was recorded a few minutes ago. Give a reference to tell the two apart.',
            receipt_detail(v_first));
    END IF;
END
$$;

-- The first receipt, for staff.
CREATE OR REPLACE FUNCTION credits.receipt_detail(p_receipt credits.receipts)
RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT jsonb_build_object('receipt_id', p_receipt.id, 'user_id', p_receipt.user_id, 'status', p_receipt.status,
        'credits', p_receipt.credits, 'amount_cents', p_receipt.amount_cents, 'reference', p_receipt.reference,
        'created_at', p_receipt.created_at)
$$;
REVOKE ALL ON FUNCTION credits.require_new_reference, credits.require_new_payment, credits.receipt_detail FROM PUBLIC;
REVOKE ALL ON FUNCTION public.record_receipt FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.record_receipt TO credits_app, service_role;
