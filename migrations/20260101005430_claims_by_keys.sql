-- Who may claim a payment for whom, and what a claim's idempotency key stands for.

-- Refuses CR012 unless the caller may claim for this user: users for themselves, an API key with its scope for its users, the
-- service for everybody. A signed-in user speaks in nobody else's name.
CREATE OR REPLACE FUNCTION credits.require_claimant(p_user_id uuid, p_provider text, p_actor text)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_signed_in constant uuid := auth.uid();
BEGIN
    IF p_user_id IS NULL OR p_user_id <> v_signed_in OR (p_actor IS NOT NULL AND v_signed_in IS NOT NULL)
        OR (v_signed_in IS NULL AND NOT is_service()) THEN
        PERFORM refuse('CR012', 'A payment can only be claimed for yourself.');
    ELSIF v_signed_in IS NOT NULL AND p_provider <> 'bmc' THEN
        PERFORM refuse('CR012', 'Only payments through Buy Me a Coffee are claimed here.');
    ELSIF p_actor IS NOT NULL THEN
        PERFORM authorize(p_actor, 'api', 'receipts:write');
    END IF;
END
$$;

-- The receipt that this key of this caller stands for; its id is NULL when the key is new, or there is none. Binds the key to
-- the claim.
CREATE OR REPLACE FUNCTION credits.claimed_with_key(
    p_user_id uuid, p_provider text, p_reference text, p_amount_cents bigint, p_currency text, p_note text,
    p_idempotency_key text, p_claimed_by text)
RETURNS credits.receipts LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_caller_id integer;
    v_known timestamptz;
    v_receipt receipts;
BEGIN
    IF p_idempotency_key IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM require_key(p_idempotency_key);
    v_caller_id := caller_id(p_claimed_by, CASE WHEN p_claimed_by LIKE 'key:%' THEN 'api' ELSE 'user' END);
    v_known := (SELECT k.created_at FROM idempotency_keys k
        WHERE k.caller_id = v_caller_id AND k.key = pack_key(p_idempotency_key));
    PERFORM claim_key(v_caller_id, p_idempotency_key, format('claim %s %L %L %s %s %L',
        p_user_id, p_provider, p_reference, p_amount_cents, p_currency, p_note));
    IF v_known IS NOT NULL THEN
        -- The one that stood then, or else the one that the key made.
        SELECT * INTO v_receipt FROM receipts r
        WHERE r.user_id = p_user_id AND r.provider = p_provider AND r.reference_key = normalize_reference(p_reference)
            AND r.amount_cents = p_amount_cents AND r.currency = p_currency
            AND (r.status <> 'rejected' OR r.decided_at > v_known)
        ORDER BY r.id LIMIT 1;
    END IF;
    RETURN v_receipt;
END
$$;
REVOKE ALL ON FUNCTION credits.require_claimant, credits.claimed_with_key FROM PUBLIC;
