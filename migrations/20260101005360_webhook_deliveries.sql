-- Deliveries that somebody asks for, and what is forgotten.

-- Refuses CR047 unless the endpoint is switched on.
CREATE OR REPLACE FUNCTION credits.require_enabled(p_endpoint_id uuid)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_endpoint webhook_endpoints;
BEGIN
    SELECT * INTO v_endpoint FROM webhook_endpoints e WHERE e.id = p_endpoint_id;
    IF NOT v_endpoint.enabled THEN
        PERFORM refuse('CR047', format('The endpoint is switched off: %s.', v_endpoint.disabled_reason),
            jsonb_build_object('endpoint_id', p_endpoint_id));
    END IF;
END
$$;

-- Sends a `ping` to one endpoint, whatever it subscribes to. Returns the delivery. Lock: the endpoint. Refuses CR012 not
-- allowed, CR045 unknown endpoint, CR047 switched off.
CREATE OR REPLACE FUNCTION public.test_webhook_endpoint(
    p_id uuid, p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_event_id uuid;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    PERFORM lock_endpoint(p_id);
    PERFORM require_enabled(p_id);
    v_event_id := write_event('ping', NULL, jsonb_build_object('endpoint', p_id), ARRAY[p_id]);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'webhook_endpoint.test', NULL, p_id::text, NULL,
        jsonb_build_object('event', v_event_id), NULL);
    RETURN (SELECT d.id FROM webhook_deliveries d WHERE d.event_id = v_event_id);
END
$$;

-- Makes a delivery due now, whatever became of it, with all its retries before it. One that is under way is left alone: it is
-- being sent. Lock: the delivery. Refuses CR012 not allowed, CR046 unknown delivery, CR047 its endpoint is switched off.
CREATE OR REPLACE FUNCTION public.resend_webhook_delivery(
    p_id uuid, p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_delivery webhook_deliveries;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    SELECT * INTO v_delivery FROM webhook_deliveries d WHERE d.id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('CR046', 'There is no such webhook delivery.', jsonb_build_object('delivery_id', p_id));
    END IF;
    PERFORM require_enabled(v_delivery.endpoint_id);
    IF NOT v_delivery.under_way OR v_delivery.next_attempt_at <= clock_timestamp() THEN
        UPDATE webhook_deliveries d SET status = 'pending', retries = 0, under_way = false, next_attempt_at = clock_timestamp()
        WHERE d.id = p_id;
    END IF;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'webhook_delivery.resend', NULL, p_id::text,
        jsonb_build_object('status', v_delivery.status), NULL, NULL);
    RETURN p_id;
END
$$;

-- Forgets up to p_limit events, with their deliveries, that are older than the settings say; endpoints that were removed when
-- nothing of them is left. Returns how many events went; call again while it is p_limit.
CREATE OR REPLACE FUNCTION public.forget_webhook_events(p_limit integer DEFAULT 1000)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_gone integer;
BEGIN
    DELETE FROM webhook_events v WHERE v.id IN (
        SELECT o.id FROM webhook_events o
        WHERE o.created_at < clock_timestamp() - (SELECT make_interval(days => s.webhook_days) FROM settings s)
        ORDER BY o.created_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    -- A day later nobody who still saw it switched on can be writing to it.
    DELETE FROM webhook_endpoints e WHERE e.removed_at < clock_timestamp() - interval '1 day'
        AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id);
    RETURN v_gone;
END
$$;
REVOKE ALL ON FUNCTION credits.require_enabled FROM PUBLIC;
REVOKE ALL ON FUNCTION public.test_webhook_endpoint, public.resend_webhook_delivery, public.forget_webhook_events
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.test_webhook_endpoint, public.resend_webhook_delivery, public.forget_webhook_events
    TO credits_app;
