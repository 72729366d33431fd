-- A user says "I paid": the receipt waits until an admin has checked it. The same user, reference and amount again
-- returns the first claim, as does the same key whatever became of it. A signed-in user claims for themselves, and Buy Me a
-- Coffee only: what Stripe got, Stripe tells us. Nobody signed in means a caller with the service's rights, or an API key
-- (p_actor) that has the scope. Lock: the key, then the account, so that one user's claims come one after the other. Raises
-- CR002 unknown user, CR003 amount out of range, CR004 unusable key, CR005 key used for another claim, CR011 reference
-- already claimed, CR012 claim for somebody else, CR013 unusable reference, provider or currency, CR014 too many claims
-- waiting, CR016.
DROP FUNCTION IF EXISTS public.claim_receipt(uuid, text, text, bigint, text, text);
CREATE OR REPLACE FUNCTION public.claim_receipt(
    p_user_id uuid, p_provider text, p_reference text, p_amount_cents bigint, p_currency text DEFAULT 'USD',
    p_note text DEFAULT NULL, p_idempotency_key text DEFAULT NULL, p_actor text DEFAULT NULL)
RETURNS public.receipt_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_claimed_by constant text := coalesce(p_actor, 'user:' || p_user_id);
    v_receipt receipts;
    v_account accounts;
BEGIN
    PERFORM require_claimant(p_user_id, p_provider, p_actor);
    PERFORM check_receipt(p_provider, p_reference, p_amount_cents, p_currency, p_note);
    v_receipt := claimed_with_key(p_user_id, p_provider, p_reference, p_amount_cents, p_currency, p_note,
        p_idempotency_key, v_claimed_by);
    v_account := lock_account(p_user_id);
    IF v_receipt.id IS NOT NULL THEN
        RETURN receipt_state(v_receipt, v_account, true);
    END IF;
    SELECT * INTO v_receipt FROM receipts r
    WHERE r.provider = p_provider AND r.reference_key = normalize_reference(p_reference) AND r.status <> 'rejected';
    IF FOUND THEN
        IF v_receipt.user_id = p_user_id AND v_receipt.amount_cents = p_amount_cents AND v_receipt.currency = p_currency THEN
            RETURN receipt_state(v_receipt, v_account, true);
        END IF;
        -- Says nothing about who or what: the reference may be somebody else's.
        PERFORM refuse('CR011', 'This reference was already claimed. If it is yours, write to support.');
    END IF;
    IF (SELECT count(*) FROM receipts r WHERE r.user_id = p_user_id AND r.status = 'pending') >= 20 THEN
        PERFORM refuse('CR014', 'Twenty of your claims are waiting already. Wait until they are checked.');
    END IF;
    INSERT INTO receipts (user_id, provider, reference, amount_cents, currency, note, claimed_by)
    VALUES (p_user_id, p_provider, btrim(p_reference), p_amount_cents, p_currency, p_note, v_claimed_by)
    RETURNING * INTO v_receipt;
    RETURN receipt_state(v_receipt, v_account, false);
EXCEPTION WHEN unique_violation THEN
    -- Two people typed one reference at the same moment; the other one was faster.
    PERFORM refuse('CR011', 'This reference was already claimed. If it is yours, write to support.');
END
$$;

-- Whether the caller works for everybody: the app's login, Supabase's service key, or the owner. Row-level security lets no
-- other login call without a signed-in user and see anything; this function's caller must not either.
CREATE OR REPLACE FUNCTION credits.is_service()
RETURNS boolean LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT session_user = 'credits_app' OR coalesce(auth.role(), '') = 'service_role'
        OR pg_has_role(session_user, current_user, 'MEMBER')
$$;

CREATE OR REPLACE FUNCTION credits.check_receipt(
    p_provider text, p_reference text, p_amount_cents bigint, p_currency text, p_note text)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_provider IS NULL OR p_provider NOT IN ('bmc', 'stripe', 'manual') THEN
        PERFORM refuse('CR013', 'provider must be bmc, stripe or manual.', jsonb_build_object('field', 'provider'));
    END IF;
    PERFORM require_text('reference', p_reference, 100);
    IF normalize_reference(p_reference) IS NULL THEN
        PERFORM refuse('CR013', 'reference must contain letters or digits.', jsonb_build_object('field', 'reference'));
    END IF;
    IF p_amount_cents IS NULL OR p_amount_cents NOT BETWEEN 1 AND 100000000 THEN
        PERFORM refuse('CR003', 'amount_cents must be from 1 to 100000000.', jsonb_build_object('field', 'amount_cents'));
    END IF;
    IF p_currency IS NULL OR p_currency !~ '^[A-Z]{3}$' THEN
        PERFORM refuse('CR013', 'currency must be three capital letters (ISO 4217).',
            jsonb_build_object('field', 'currency'));
    END IF;
    IF p_note IS NOT NULL THEN
        PERFORM require_text('note', p_note, 500);
    END IF;
END
$$;

-- The receipt as it stands, with the balance of now.
CREATE OR REPLACE FUNCTION credits.receipt_state(
    p_receipt credits.receipts, p_account credits.accounts, p_replayed boolean)
RETURNS public.receipt_result LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT (p_receipt.id, p_receipt.user_id, p_receipt.status, p_receipt.credits, NULL, NULL,
        p_account.free + p_account.paid, p_account.free, p_account.paid, p_replayed)::public.receipt_result
$$;

REVOKE ALL ON FUNCTION credits.is_service, credits.check_receipt, credits.receipt_state FROM PUBLIC;
REVOKE ALL ON FUNCTION public.claim_receipt FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.claim_receipt TO credits_app, service_role, authenticated;
