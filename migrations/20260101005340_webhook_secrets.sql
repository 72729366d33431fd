-- How an endpoint gets a new secret, and how it goes.

-- A new secret beside the present ones, which go on signing for p_overlap (24 hours unless said otherwise): meanwhile every
-- message carries a signature of each. At most three old ones stay: of more than that the oldest end at once. Lock: the
-- endpoint. Refuses CR012 not allowed, CR013 unusable overlap, CR045 unknown endpoint.
CREATE OR REPLACE FUNCTION public.rotate_webhook_secret(
    p_id uuid, p_sealed_secret bytea, p_overlap interval DEFAULT '24 hours',
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS credits.webhook_endpoints LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_endpoint webhook_endpoints;
    v_end timestamptz;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    IF p_overlap IS NULL OR p_overlap NOT BETWEEN interval '0' AND interval '7 days' THEN
        PERFORM refuse('CR013', 'overlap must be from 0 to 7 days.', jsonb_build_object('field', 'overlap'));
    END IF;
    v_endpoint := lock_endpoint(p_id);
    v_end := clock_timestamp() + p_overlap;
    UPDATE webhook_secrets s SET expires_at = v_end
    WHERE s.endpoint_id = p_id AND (s.expires_at IS NULL OR s.expires_at > v_end);
    DELETE FROM webhook_secrets s WHERE s.endpoint_id = p_id AND (s.expires_at <= clock_timestamp()
        OR s.id NOT IN (SELECT n.id FROM webhook_secrets n WHERE n.endpoint_id = p_id ORDER BY n.id DESC LIMIT 3));
    INSERT INTO webhook_secrets (endpoint_id, sealed_secret) VALUES (p_id, p_sealed_secret);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'webhook_endpoint.rotate_secret', NULL, p_id::text, NULL,
        jsonb_build_object('old_secrets_end', v_end), NULL);
    RETURN v_endpoint;
END
$$;

-- Ends an endpoint for good: nothing is sent to it any more, its secrets are gone at once and its log with time. Lock: the
-- endpoint. Refuses CR012 not allowed, CR045 unknown endpoint.
CREATE OR REPLACE FUNCTION public.remove_webhook_endpoint(
    p_id uuid, p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS credits.webhook_endpoints LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_before webhook_endpoints;
    v_after webhook_endpoints;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    v_before := lock_endpoint(p_id);
    UPDATE webhook_endpoints e SET enabled = false, disabled_reason = 'Removed', removed_at = clock_timestamp()
    WHERE e.id = p_id RETURNING * INTO v_after;
    DELETE FROM webhook_secrets s WHERE s.endpoint_id = p_id;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'webhook_endpoint.remove', NULL, p_id::text, endpoint_facts(v_before),
        NULL, NULL);
    RETURN v_after;
END
$$;
REVOKE ALL ON FUNCTION public.rotate_webhook_secret, public.remove_webhook_endpoint
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.rotate_webhook_secret, public.remove_webhook_endpoint TO credits_app;
