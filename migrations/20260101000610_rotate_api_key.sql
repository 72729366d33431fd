-- What happens to an API key while it works.

-- Gives a key another secret. The one before works for p_overlap more; a third one ends at once. Everything else stays as it
-- is. Refuses CR012, and CR013 when there is no such key that still works, or for an overlap below 0 or above 30 days.
CREATE OR REPLACE FUNCTION public.rotate_api_key(
    p_key text, p_lookup text, p_secret_hash bytea, p_overlap interval,
    p_actor text, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM authorize(p_actor, p_via, 'keys:write');
    IF p_overlap IS NULL OR p_overlap NOT BETWEEN interval '0' AND interval '30 days' THEN
        PERFORM refuse('CR013', 'overlap must be from 0 to 30 days.', jsonb_build_object('field', 'overlap'));
    END IF;
    UPDATE api_keys k SET previous_lookup = k.lookup, previous_hash = k.secret_hash,
        previous_until = clock_timestamp() + p_overlap, lookup = p_lookup, secret_hash = p_secret_hash
    WHERE p_key IN (k.lookup, k.id::text) AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()) RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        PERFORM refuse('CR013', 'There is no such key that still works.', jsonb_build_object('field', 'key'));
    END IF;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'api_key.rotate', NULL, v_id::text, NULL,
        jsonb_build_object('overlap', p_overlap), NULL);
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION public.rotate_api_key FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.rotate_api_key TO credits_app;

-- Notes that a key is being used, at most once a minute. Waits for nobody.
CREATE OR REPLACE FUNCTION public.touch_api_key(p_id uuid)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    UPDATE api_keys u SET last_used_at = now() WHERE u.id = (
        SELECT k.id FROM api_keys k
        WHERE k.id = p_id AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute')
        FOR NO KEY UPDATE SKIP LOCKED)
$$;
REVOKE ALL ON FUNCTION public.touch_api_key FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.touch_api_key TO credits_app;
