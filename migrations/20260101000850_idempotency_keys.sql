-- Which request a caller's idempotency key stood for, where the effect has no row of its own that could say so: finishing
-- a job. A charge, a grant or an adjustment is its own record.

CREATE TABLE IF NOT EXISTS credits.idempotency_keys (
    caller_id integer NOT NULL REFERENCES credits.callers (id) ON DELETE RESTRICT,
    key bytea NOT NULL,
    request uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (caller_id, key)
);
COMMENT ON COLUMN credits.idempotency_keys.key IS 'As credits.pack_key stores it.';
COMMENT ON COLUMN credits.idempotency_keys.request IS 'A digest of what was asked: MD5, for telling apart, not for secrecy.';
CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON credits.idempotency_keys (created_at);
SELECT credits.secure_table('credits.idempotency_keys');
GRANT SELECT ON credits.idempotency_keys TO credits_app;

-- Binds the caller's key to this request, for as long as the transaction's effect stands. A key that stands for another
-- request is refused (CR005), one that is under way elsewhere waited for (CR016 after the function's lock_timeout). No key
-- is fine: then the state of what is changed decides alone.
CREATE OR REPLACE FUNCTION credits.claim_key(p_caller_id integer, p_idempotency_key text, p_request text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_request constant uuid := md5(p_request)::uuid;
    v_known uuid;
BEGIN
    IF p_idempotency_key IS NULL THEN
        RETURN;
    END IF;
    PERFORM require_key(p_idempotency_key);
    PERFORM lock_request(p_caller_id, p_idempotency_key);
    INSERT INTO idempotency_keys (caller_id, key, request) VALUES (p_caller_id, pack_key(p_idempotency_key), v_request)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT k.request INTO v_known FROM idempotency_keys k
        WHERE k.caller_id = p_caller_id AND k.key = pack_key(p_idempotency_key);
        IF v_known IS DISTINCT FROM v_request THEN
            PERFORM refuse('CR005', 'This idempotency key was used for another request.');
        END IF;
    END IF;
END
$$;

-- Forgets keys that are older than this; returns how many. What they moved still moves only once: a finished job stays
-- finished.
CREATE OR REPLACE FUNCTION public.forget_idempotency_keys(p_older_than interval DEFAULT '7 days')
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_gone bigint;
BEGIN
    DELETE FROM idempotency_keys k WHERE k.created_at < clock_timestamp() - greatest(p_older_than, interval '24 hours');
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END
$$;
REVOKE ALL ON FUNCTION credits.claim_key FROM PUBLIC;
REVOKE ALL ON FUNCTION public.forget_idempotency_keys FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.forget_idempotency_keys TO credits_app;
