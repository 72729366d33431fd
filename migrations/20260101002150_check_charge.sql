-- What charges, grants and adjustments have in common before they touch an account.

-- What can be refused of a charge without looking at any row: CR003, CR004, CR013.
CREATE OR REPLACE FUNCTION credits.check_charge(
    p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb, p_timeout_seconds integer)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM require_amount('cost', p_cost);
    PERFORM require_key(p_idempotency_key);
    PERFORM require_text('operation', p_operation, 100);
    IF jsonb_typeof(p_metadata) <> 'object' OR length(p_metadata::text) > 16384 THEN
        PERFORM refuse('CR013', 'metadata must be a JSON object of at most 16384 characters.',
            jsonb_build_object('field', 'metadata'));
    END IF;
    IF p_timeout_seconds NOT BETWEEN 1 AND 604800 THEN
        PERFORM refuse('CR013', 'timeout_seconds must be from 1 to 604800.',
            jsonb_build_object('field', 'timeout_seconds'));
    END IF;
END
$$;

-- The same for a batch, as a question: whether a charge can be made with nothing but simple comparisons. What it denies
-- may still be usable; then the careful way decides.
CREATE OR REPLACE FUNCTION credits.is_plain_charge(
    p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb, p_timeout_seconds integer)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(p_cost BETWEEN 1 AND 1000000000000
        AND pg_catalog.length(p_idempotency_key) BETWEEN 1 AND 255 AND p_idempotency_key !~ '[^\x21-\x7e]'
        AND pg_catalog.length(p_operation) BETWEEN 1 AND 100 AND p_operation !~ '[^\x21-\x7e]'
        AND (p_metadata IS NULL OR pg_catalog.jsonb_typeof(p_metadata) = 'object'
            AND pg_catalog.pg_column_size(p_metadata) < 2048)
        AND (p_timeout_seconds IS NULL OR p_timeout_seconds BETWEEN 1 AND 604800), false)
$$;

-- Credits in one movement: 1 to 1,000,000,000,000. Refuses CR003.
CREATE OR REPLACE FUNCTION credits.require_amount(p_field text, p_credits bigint)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_credits IS NULL OR p_credits NOT BETWEEN 1 AND 1000000000000 THEN
        PERFORM refuse('CR003', format('%s must be a whole number of credits from 1 to 1000000000000.', p_field),
            jsonb_build_object('field', p_field));
    END IF;
END
$$;

-- Refuses CR004.
CREATE OR REPLACE FUNCTION credits.require_key(p_idempotency_key text)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    -- A length and a search for what must not be there: eighty times faster than a pattern with a counted repetition.
    IF p_idempotency_key IS NULL OR length(p_idempotency_key) NOT BETWEEN 1 AND 255 OR p_idempotency_key ~ '[^\x21-\x7e]' THEN
        PERFORM refuse('CR004', 'The idempotency key must be 1 to 255 visible ASCII characters without spaces.');
    END IF;
END
$$;

-- One request with this caller and key at a time, until the transaction ends. A second one waits for the first and then
-- finds its result; when that takes longer than the function's lock_timeout it is refused (CR016), with nothing changed.
CREATE OR REPLACE FUNCTION credits.lock_request(p_caller_id integer, p_idempotency_key text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_idempotency_key, p_caller_id)) THEN
        PERFORM wait_for_request(p_caller_id, p_idempotency_key);
    END IF;
END
$$;

-- Apart, because to catch an error costs every call a subtransaction.
CREATE OR REPLACE FUNCTION credits.wait_for_request(p_caller_id integer, p_idempotency_key text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_idempotency_key, p_caller_id));
EXCEPTION WHEN lock_not_available THEN
    PERFORM refuse('CR016', 'The same request is still under way. Send it again in a moment.');
END
$$;

REVOKE ALL ON FUNCTION credits.check_charge, credits.is_plain_charge, credits.require_amount, credits.require_key,
    credits.lock_request, credits.wait_for_request FROM PUBLIC;
