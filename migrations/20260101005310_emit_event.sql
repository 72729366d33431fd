-- What is told to the outside, in the transaction of its effect: no effect without its event, no event without its effect.

-- The row of a new event, and a delivery for each of these endpoints. Locks nothing that others wait for.
CREATE OR REPLACE FUNCTION credits.write_event(p_type text, p_user_id uuid, p_data jsonb, p_endpoint_ids uuid[])
RETURNS uuid LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_now constant timestamptz := clock_timestamp();
    v_id uuid;
BEGIN
    INSERT INTO webhook_events (type, user_id, created_at, payload)
    VALUES (p_type, p_user_id, v_now, jsonb_build_object('type', p_type, 'timestamp', utc_text(v_now), 'data', p_data))
    RETURNING id INTO v_id;
    INSERT INTO webhook_deliveries (event_id, endpoint_id) SELECT v_id, e.id FROM unnest(p_endpoint_ids) AS e(id);
    RETURN v_id;
END
$$;

-- A time as the API writes it: UTC, with Z.
CREATE OR REPLACE FUNCTION credits.utc_text(p_time timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- The endpoints that want this event.
CREATE OR REPLACE FUNCTION credits.subscribers(p_type text)
RETURNS uuid[] LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT ARRAY(SELECT e.id FROM webhook_endpoints e WHERE e.enabled AND p_type = ANY (e.events))
$$;

-- Writes the event when somebody wants it. Demo users are nobody's customers: nothing is told about them.
CREATE OR REPLACE FUNCTION credits.emit_event(p_type text, p_user_id uuid, p_data jsonb)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_endpoint_ids constant uuid[] := subscribers(p_type);
BEGIN
    IF cardinality(v_endpoint_ids) > 0 AND NOT EXISTS (SELECT FROM users u WHERE u.id = p_user_id AND u.is_demo) THEN
        PERFORM write_event(p_type, p_user_id, p_data, v_endpoint_ids);
    END IF;
END
$$;

-- Takes the threshold over from the settings; see credits.low_balance. Statements that run go on with the one before.
CREATE OR REPLACE FUNCTION credits.watch_low_balance()
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    EXECUTE (SELECT format('CREATE OR REPLACE FUNCTION credits.low_balance() RETURNS bigint LANGUAGE sql '
        'IMMUTABLE PARALLEL SAFE AS ''SELECT %s::bigint''', s.low_balance) FROM settings s);
END
$$;

-- Credits of a job went back: it failed, expired or cost less, or staff refunded them.
CREATE OR REPLACE FUNCTION credits.tell_job_refunded()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM emit_event('job.refunded', NEW.user_id, jsonb_build_object('job', NEW.id, 'user', NEW.user_id,
        'operation', NEW.operation, 'status', NEW.status, 'cost', NEW.cost,
        'credits', NEW.refunded - coalesce(OLD.refunded, 0), 'refunded', NEW.refunded));
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER jobs_tell_refunds AFTER UPDATE OF refunded ON credits.jobs FOR EACH ROW
    WHEN (NEW.refunded > coalesce(OLD.refunded, 0)) EXECUTE FUNCTION credits.tell_job_refunded();

CREATE OR REPLACE FUNCTION credits.tell_receipt_verified()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM emit_event('receipt.verified', NEW.user_id, jsonb_build_object('receipt', NEW.id, 'user', NEW.user_id,
        'provider', NEW.provider, 'reference', NEW.reference, 'amount_cents', NEW.amount_cents, 'currency', NEW.currency,
        'credits', NEW.credits));
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER receipts_tell_verified AFTER UPDATE OF status ON credits.receipts FOR EACH ROW
    WHEN (NEW.status = 'verified' AND OLD.status <> 'verified') EXECUTE FUNCTION credits.tell_receipt_verified();
CREATE OR REPLACE TRIGGER receipts_tell_recorded AFTER INSERT ON credits.receipts FOR EACH ROW
    WHEN (NEW.status = 'verified') EXECUTE FUNCTION credits.tell_receipt_verified();
REVOKE ALL ON FUNCTION credits.write_event, credits.utc_text, credits.subscribers, credits.emit_event,
    credits.watch_low_balance, credits.tell_job_refunded, credits.tell_receipt_verified FROM PUBLIC;
