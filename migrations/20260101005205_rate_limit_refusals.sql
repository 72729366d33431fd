-- What take_rate_limit needs besides its counters, and what the app calls beside the work.

-- An identifier as it is kept: a long one as its SHA-256, so that rows stay short whatever a front end counts by.
CREATE OR REPLACE FUNCTION credits.rate_limit_identifier(p_identifier text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN pg_catalog.length(p_identifier) <= 200 THEN p_identifier
        ELSE 'sha256:' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(p_identifier, 'UTF8')), 'hex') END
$$;

-- Refuses CR013 for a limit that means nothing.
CREATE OR REPLACE FUNCTION credits.require_rate_limit(
    p_identifier text, p_type text, p_max_requests integer, p_window_seconds integer, p_algorithm text, p_wanted integer)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM require_text('identifier', left(p_identifier, 200), 200);
    PERFORM require_text('type', p_type, 50);
    IF p_max_requests IS NULL OR p_max_requests NOT BETWEEN 1 AND 1000000000 THEN
        PERFORM refuse('CR013', 'max_requests must be from 1 to 1000000000.', '{"field": "max_requests"}');
    ELSIF p_window_seconds IS NULL OR p_window_seconds NOT BETWEEN 1 AND 2678400 THEN
        PERFORM refuse('CR013', 'window_seconds must be from 1 to 2678400, which are 31 days.', '{"field": "window_seconds"}');
    ELSIF p_algorithm IS NULL OR p_algorithm NOT IN ('fixed', 'sliding') THEN
        PERFORM refuse('CR013', 'algorithm must be fixed or sliding.', '{"field": "algorithm"}');
    ELSIF p_wanted IS NULL OR p_wanted < 1 THEN
        PERFORM refuse('CR013', 'wanted must be at least 1.', '{"field": "wanted"}');
    END IF;
END
$$;

-- Adds to what was refused in a window. Lock: the row.
CREATE OR REPLACE FUNCTION credits.record_rate_limit_refusal(
    p_limit credits.rate_limits, p_window_start bigint, p_refused bigint)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    INSERT INTO rate_limit_refusals AS r (identifier, type, max_requests, window_seconds, sliding, window_start, refused)
    VALUES (p_limit.identifier, p_limit.type, p_limit.max_requests, p_limit.window_seconds, p_limit.sliding,
        p_window_start, p_refused)
    ON CONFLICT (identifier, type, max_requests, window_seconds, sliding, window_start)
    DO UPDATE SET refused = r.refused + excluded.refused, last_at = excluded.last_at;
END
$$;

-- Adds what an instance of the app refused by itself, p_refused requests in the window that ends then.
CREATE OR REPLACE FUNCTION public.record_rate_limit_refusals(
    p_identifier text, p_type text, p_max_requests integer, p_window_seconds integer, p_algorithm text,
    p_window_end timestamptz, p_refused bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM require_rate_limit(p_identifier, p_type, p_max_requests, p_window_seconds, p_algorithm, 1);
    PERFORM record_rate_limit_refusal(
        ROW(rate_limit_identifier(p_identifier), p_type, 0, p_max_requests, p_window_seconds, 0, 0, 0,
            p_algorithm = 'sliding')::rate_limits,
        round(extract(epoch FROM p_window_end))::bigint - p_window_seconds, p_refused);
END
$$;

-- Forgets counters that count no more, and refusals that are a week old or beyond the newest 10,000. Returns how many
-- counters went. Counters that somebody uses just now are left alone, so it holds nobody up.
CREATE OR REPLACE FUNCTION public.cleanup_expired_rate_limits()
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_gone integer;
BEGIN
    DELETE FROM rate_limits r WHERE r.ctid = ANY (ARRAY(
        SELECT c.ctid FROM rate_limits c
        WHERE c.window_start + 2 * c.window_seconds::bigint < floor(extract(epoch FROM clock_timestamp()))
        FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    DELETE FROM rate_limit_refusals r WHERE r.ctid = ANY (ARRAY(
        SELECT o.ctid FROM rate_limit_refusals o
        WHERE o.last_at < greatest(clock_timestamp() - interval '7 days',
            (SELECT n.last_at FROM rate_limit_refusals n ORDER BY n.last_at DESC OFFSET 9999 LIMIT 1))
        FOR UPDATE SKIP LOCKED));
    RETURN v_gone;
END
$$;
REVOKE ALL ON FUNCTION credits.rate_limit_identifier, credits.require_rate_limit, credits.record_rate_limit_refusal FROM PUBLIC;
REVOKE ALL ON FUNCTION public.record_rate_limit_refusals, public.cleanup_expired_rate_limits
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.record_rate_limit_refusals TO credits_app;
GRANT EXECUTE ON FUNCTION public.cleanup_expired_rate_limits TO credits_app, service_role;
