-- For workers: what is to be sent, and what became of it. Any number of instances may call these at the same time.

-- Up to p_limit deliveries that are due, at most p_each under way for one endpoint, so that one that does not answer keeps
-- nobody else waiting. Each is this caller's for p_lease_seconds: whoever has not said by then what became of it is taken
-- for dead, and it is due again; that counts as a failure. No lease ends later, so only so much of what waits is counted.
-- Deliveries that another session works on just now are left to it.
CREATE OR REPLACE FUNCTION public.claim_webhook_deliveries(p_limit integer, p_each integer, p_lease_seconds integer)
RETURNS TABLE (delivery_id uuid, attempt integer, retries integer, event_id uuid, payload text, url text, sealed_secrets bytea[])
LANGUAGE sql SECURITY DEFINER SET search_path = credits, pg_temp SET jit = off AS $$
    WITH due AS MATERIALIZED (
        SELECT d.id
        FROM (SELECT e.id, p_each - (SELECT count(*) FROM webhook_deliveries u WHERE u.endpoint_id = e.id
                AND u.status = 'pending' AND u.under_way AND u.next_attempt_at > clock_timestamp()
                AND u.next_attempt_at <= clock_timestamp() + make_interval(secs => p_lease_seconds)) AS room
            FROM webhook_endpoints e WHERE e.enabled ORDER BY random()) e
        CROSS JOIN LATERAL (
            SELECT w.id FROM webhook_deliveries w
            WHERE w.endpoint_id = e.id AND w.status = 'pending' AND w.next_attempt_at <= clock_timestamp()
            ORDER BY w.next_attempt_at LIMIT greatest(e.room, 0) FOR NO KEY UPDATE SKIP LOCKED) d
        LIMIT p_limit),
    claimed AS (
        UPDATE webhook_deliveries d SET attempts = d.attempts + 1, retries = d.retries + d.under_way::integer, under_way = true,
            next_attempt_at = clock_timestamp() + make_interval(secs => p_lease_seconds)
        FROM due WHERE d.id = due.id RETURNING d.*),
    logged AS (INSERT INTO webhook_attempts (delivery_id, number) SELECT c.id, c.attempts FROM claimed c)
    SELECT c.id, c.attempts, c.retries, c.event_id, v.payload::text, e.url,
        ARRAY(SELECT s.sealed_secret FROM webhook_secrets s WHERE s.endpoint_id = e.id
            AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp()) ORDER BY s.id DESC)
    FROM claimed c JOIN webhook_events v ON v.id = c.event_id JOIN webhook_endpoints e ON e.id = c.endpoint_id
$$;

-- What became of an attempt. Delivered: that is the end. Otherwise it is due again after p_retry_seconds; without them it has
-- failed. An attempt that was given up as lost changes nothing by failing late. With p_gone, and when the endpoint has done
-- nothing but fail for p_failing_days, the endpoint is switched off, audited. Lock: the delivery, then its endpoint.
CREATE OR REPLACE FUNCTION public.finish_webhook_attempt(
    p_delivery_id uuid, p_attempt integer, p_delivered boolean, p_status_code integer, p_error text, p_duration_ms integer,
    p_retry_seconds double precision, p_gone boolean, p_failing_days integer)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_delivery webhook_deliveries;
BEGIN
    SELECT * INTO v_delivery FROM webhook_deliveries d WHERE d.id = p_delivery_id FOR NO KEY UPDATE;
    UPDATE webhook_attempts a SET finished_at = clock_timestamp(), duration_ms = p_duration_ms, status_code = p_status_code,
        error = left(p_error, 500)
    WHERE a.delivery_id = p_delivery_id AND a.number = p_attempt;
    IF p_delivered THEN
        UPDATE webhook_deliveries d SET status = 'delivered', under_way = false, next_attempt_at = NULL
        WHERE d.id = p_delivery_id;
        UPDATE webhook_endpoints e SET failing_since = NULL WHERE e.id = v_delivery.endpoint_id AND e.failing_since IS NOT NULL;
    ELSIF v_delivery.status = 'pending' AND v_delivery.attempts = p_attempt THEN
        UPDATE webhook_deliveries d SET status = CASE WHEN p_retry_seconds IS NULL OR p_gone THEN 'failed' ELSE 'pending' END,
            under_way = false, retries = d.retries + 1, next_attempt_at = CASE WHEN p_gone THEN NULL
                ELSE clock_timestamp() + make_interval(secs => p_retry_seconds) END
        WHERE d.id = p_delivery_id;
        UPDATE webhook_endpoints e SET failing_since = clock_timestamp()
        WHERE e.id = v_delivery.endpoint_id AND e.failing_since IS NULL;
        PERFORM disable_endpoint(e, CASE WHEN p_gone THEN 'It answered 410 Gone'
            ELSE format('It has done nothing but fail for %s days', p_failing_days) END)
        FROM webhook_endpoints e WHERE e.id = v_delivery.endpoint_id AND e.enabled
            AND (p_gone OR e.failing_since <= clock_timestamp() - make_interval(days => p_failing_days));
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION credits.disable_endpoint(p_endpoint credits.webhook_endpoints, p_reason text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    UPDATE webhook_endpoints e SET enabled = false, disabled_reason = p_reason WHERE e.id = p_endpoint.id AND e.enabled;
    IF FOUND THEN
        PERFORM write_audit('system', 'system', NULL, 'webhook_endpoint.disable', NULL, p_endpoint.id::text,
            jsonb_build_object('enabled', true), jsonb_build_object('enabled', false), p_reason);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION credits.disable_endpoint FROM PUBLIC;
REVOKE ALL ON FUNCTION public.claim_webhook_deliveries, public.finish_webhook_attempt
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.claim_webhook_deliveries, public.finish_webhook_attempt TO credits_app;
