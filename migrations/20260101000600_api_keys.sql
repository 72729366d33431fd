-- Keys for the generation front end. The secret is shown once and kept as SHA-256: a fast hash is right for 256
-- random bits.

CREATE TABLE IF NOT EXISTS credits.api_keys (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    lookup text NOT NULL CONSTRAINT api_keys_lookup_is_unique UNIQUE,
    name text NOT NULL,
    secret_hash bytea NOT NULL CONSTRAINT api_keys_hash_is_sha256 CHECK (length(secret_hash) = 32),
    scopes text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
COMMENT ON COLUMN credits.api_keys.lookup IS
    'The part of the key between ca_live_ and the secret: finds the row, proves nothing.';
-- A key that is rotated stays the same caller, so that what was sent with the old secret is still known with the new one.
ALTER TABLE credits.api_keys
    ADD COLUMN IF NOT EXISTS expires_at timestamptz,
    ADD COLUMN IF NOT EXISTS last_used_at timestamptz,
    ADD COLUMN IF NOT EXISTS previous_lookup text CONSTRAINT api_keys_previous_lookup_is_unique UNIQUE,
    ADD COLUMN IF NOT EXISTS previous_hash bytea,
    ADD COLUMN IF NOT EXISTS previous_until timestamptz;
COMMENT ON COLUMN credits.api_keys.last_used_at IS 'To the minute.';
COMMENT ON COLUMN credits.api_keys.previous_until IS 'Until then the secret before the last rotation works too.';
-- Apart from the table, so that a database that has it learns new scopes.
ALTER TABLE credits.api_keys DROP CONSTRAINT IF EXISTS api_keys_scopes_are_known;
ALTER TABLE credits.api_keys ADD CONSTRAINT api_keys_scopes_are_known CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY[
    'jobs:write', 'jobs:read', 'balances:read', 'ledger:read', 'grants:write',
    'receipts:read', 'receipts:write', 'prices:read', 'prices:write',
    'usage:read', 'usage:write', 'rate_limits:check', 'webhooks:write']);
SELECT credits.secure_table('credits.api_keys');
GRANT SELECT ON credits.api_keys TO credits_app;

-- Stores a new key. Refuses CR012, and CR013 for a missing name, scopes that do not exist or an end that has passed.
DROP FUNCTION IF EXISTS public.create_api_key(text, text, bytea, text[], text, text, text);
CREATE OR REPLACE FUNCTION public.create_api_key(
    p_name text, p_lookup text, p_secret_hash bytea, p_scopes text[],
    p_actor text, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL, p_expires_at timestamptz DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_known constant text[] := ARRAY[
        'jobs:write', 'jobs:read', 'balances:read', 'ledger:read', 'grants:write',
        'receipts:read', 'receipts:write', 'prices:read', 'prices:write',
        'usage:read', 'usage:write', 'rate_limits:check', 'webhooks:write'];
    v_id uuid;
BEGIN
    PERFORM authorize(p_actor, p_via, 'keys:write');
    PERFORM require_text('name', p_name, 100);
    IF p_scopes IS NULL OR cardinality(p_scopes) = 0 OR NOT p_scopes <@ v_known THEN
        PERFORM refuse('CR013', format('scopes must be some of %s.', array_to_string(v_known, ', ')),
            jsonb_build_object('field', 'scopes', 'known', v_known));
    ELSIF p_expires_at <= clock_timestamp() THEN
        PERFORM refuse('CR013', 'expires_at must be in the future.', jsonb_build_object('field', 'expires_at'));
    END IF;
    INSERT INTO api_keys (lookup, name, secret_hash, scopes, created_by, expires_at)
    VALUES (p_lookup, p_name, p_secret_hash, p_scopes, p_actor, p_expires_at) RETURNING id INTO v_id;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'api_key.create', NULL, v_id::text, NULL,
        jsonb_strip_nulls(jsonb_build_object('name', p_name, 'scopes', p_scopes, 'expires_at', p_expires_at)), NULL);
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION public.create_api_key FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.create_api_key TO credits_app;

-- Revokes a key for good, with every secret it has. Refuses CR013 when there is no such key that still works.
CREATE OR REPLACE FUNCTION public.revoke_api_key(
    p_lookup text, p_actor text, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM authorize(p_actor, p_via, 'keys:write');
    UPDATE api_keys SET revoked_at = now()
    WHERE p_lookup IN (lookup, previous_lookup, id::text) AND revoked_at IS NULL RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        PERFORM refuse('CR013', 'There is no such key that still works.', jsonb_build_object('field', 'key'));
    END IF;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'api_key.revoke', NULL, v_id::text, NULL, NULL, NULL);
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION public.revoke_api_key FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.revoke_api_key TO credits_app;
