-- Where events go to. The app encrypts the secrets before it hands them over; no function gives one back but the one that a
-- worker claims deliveries with.

-- The endpoint, locked. Refuses CR045 when there is none, or not any more.
CREATE OR REPLACE FUNCTION credits.lock_endpoint(p_id uuid)
RETURNS credits.webhook_endpoints LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_endpoint webhook_endpoints;
BEGIN
    SELECT * INTO v_endpoint FROM webhook_endpoints e WHERE e.id = p_id AND e.removed_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('CR045', 'There is no such webhook endpoint.', jsonb_build_object('endpoint_id', p_id));
    END IF;
    RETURN v_endpoint;
END
$$;

-- Refuses CR013 unless the address is one and the events are known, CR049 when another endpoint has the address.
CREATE OR REPLACE FUNCTION credits.require_endpoint(p_id uuid, p_url text, p_events text[])
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_known constant text[] := ARRAY['balance.low', 'balance.recovered', 'job.refunded', 'receipt.verified', 'grant.expiring'];
    v_other uuid;
BEGIN
    PERFORM require_text('url', p_url, 2000);
    IF p_url !~ '^https?://' THEN
        PERFORM refuse('CR013', 'url must begin with https://.', jsonb_build_object('field', 'url'));
    END IF;
    IF coalesce(cardinality(p_events), 0) = 0 OR NOT p_events <@ v_known THEN
        PERFORM refuse('CR013', format('events must be some of %s.', array_to_string(v_known, ', ')),
            jsonb_build_object('field', 'events', 'known', v_known));
    END IF;
    SELECT e.id INTO v_other FROM webhook_endpoints e
    WHERE e.url = p_url AND e.removed_at IS NULL AND e.id IS DISTINCT FROM p_id;
    IF FOUND THEN
        PERFORM refuse('CR049', 'There is already an endpoint with this address.', jsonb_build_object('endpoint_id', v_other));
    END IF;
END
$$;

-- A new endpoint with its first secret. Refuses CR012, CR013, CR048 (20 are the most: every event goes to all that want it,
-- in the transaction of its effect) and CR049.
CREATE OR REPLACE FUNCTION public.create_webhook_endpoint(
    p_url text, p_events text[], p_sealed_secret bytea,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS credits.webhook_endpoints LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_endpoint webhook_endpoints;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    PERFORM pg_advisory_xact_lock(hashtext('credits.webhook_endpoints'));
    PERFORM require_endpoint(NULL, p_url, p_events);
    IF (SELECT count(*) FROM webhook_endpoints e WHERE e.removed_at IS NULL) >= 20 THEN
        PERFORM refuse('CR048', 'There are 20 endpoints already. Remove one first.', jsonb_build_object('most', 20));
    END IF;
    INSERT INTO webhook_endpoints (url, events, created_by)
    VALUES (p_url, ARRAY(SELECT DISTINCT unnest(p_events) ORDER BY 1), coalesce(p_actor, 'sql:' || session_user))
    RETURNING * INTO v_endpoint;
    INSERT INTO webhook_secrets (endpoint_id, sealed_secret) VALUES (v_endpoint.id, p_sealed_secret);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'webhook_endpoint.create', NULL, v_endpoint.id::text, NULL,
        endpoint_facts(v_endpoint), NULL);
    RETURN v_endpoint;
END
$$;

-- Changes what is not NULL. Switching one off keeps its deliveries; they go on when it is switched on again. Refuses CR012,
-- CR013, CR045 and CR049.
CREATE OR REPLACE FUNCTION public.change_webhook_endpoint(
    p_id uuid, p_url text, p_events text[], p_enabled boolean,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS credits.webhook_endpoints LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_before webhook_endpoints;
    v_after webhook_endpoints;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    PERFORM pg_advisory_xact_lock(hashtext('credits.webhook_endpoints'));
    v_before := lock_endpoint(p_id);
    PERFORM require_endpoint(p_id, coalesce(p_url, v_before.url), coalesce(p_events, v_before.events));
    UPDATE webhook_endpoints e SET url = coalesce(p_url, e.url),
        events = ARRAY(SELECT DISTINCT unnest(coalesce(p_events, e.events)) ORDER BY 1),
        enabled = coalesce(p_enabled, e.enabled),
        disabled_reason = CASE WHEN NOT coalesce(p_enabled, e.enabled) THEN coalesce(e.disabled_reason, 'Switched off') END,
        failing_since = CASE WHEN p_enabled IS NOT TRUE AND coalesce(p_url, e.url) = e.url THEN e.failing_since END
    WHERE e.id = p_id RETURNING * INTO v_after;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'webhook_endpoint.change', NULL, p_id::text, endpoint_facts(v_before),
        endpoint_facts(v_after), NULL);
    RETURN v_after;
END
$$;

-- What the audit log says of an endpoint. Never its secrets.
CREATE OR REPLACE FUNCTION credits.endpoint_facts(p_endpoint credits.webhook_endpoints)
RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT jsonb_build_object('url', p_endpoint.url, 'events', p_endpoint.events, 'enabled', p_endpoint.enabled)
$$;
REVOKE ALL ON FUNCTION credits.lock_endpoint, credits.require_endpoint, credits.endpoint_facts FROM PUBLIC;
REVOKE ALL ON FUNCTION public.create_webhook_endpoint, public.change_webhook_endpoint
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.create_webhook_endpoint, public.change_webhook_endpoint TO credits_app;
