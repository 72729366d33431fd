-- Lets requests through as long as a limit allows, exactly: however many sessions ask at once, a window lets p_max_requests
-- through and no more. Takes up to p_wanted of them, at most a twentieth of what is left (but one), which the caller may
-- spend until the window ends. Answers what it took (0: refused), what is counted now, when the window ends, how many remain,
-- and when to come again. A refused request is not counted; it leaves its trace unless p_trace is false. Moves no credits.
-- fixed: windows begin at whole multiples of their length since 1970. sliding: what the window before weighs declines, so no
-- p_window_seconds in a row let through much more than p_max_requests.
-- Refuses CR013 for an input out of range. Lock: the counter's row, until the end of the transaction.
CREATE OR REPLACE FUNCTION public.take_rate_limit(
    p_identifier text, p_type text, p_max_requests integer, p_window_seconds integer,
    p_algorithm text DEFAULT 'fixed', p_wanted integer DEFAULT 1, p_trace boolean DEFAULT true)
RETURNS TABLE (taken integer, current_count integer, window_end timestamptz, remaining integer, retry_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_now constant double precision := extract(epoch FROM clock_timestamp());
    v_identifier constant text := rate_limit_identifier(p_identifier);
    v_start bigint;
    v_first integer;
    v_row rate_limits;
BEGIN
    PERFORM require_rate_limit(p_identifier, p_type, p_max_requests, p_window_seconds, p_algorithm, p_wanted);
    v_start := floor(v_now / p_window_seconds) * p_window_seconds;
    v_first := rate_limit_grant(p_wanted, p_max_requests);
    INSERT INTO rate_limits AS r VALUES (v_identifier, p_type, v_start, p_max_requests, p_window_seconds,
        0, v_first, v_first, p_algorithm = 'sliding')
    ON CONFLICT (identifier, type, max_requests, window_seconds, sliding) DO UPDATE SET
        window_start = CASE WHEN v_now < r.window_start + r.window_seconds THEN r.window_start ELSE v_start END,
        previous = CASE WHEN v_now < r.window_start + r.window_seconds THEN r.previous
            WHEN v_now < r.window_start + 2 * r.window_seconds::bigint THEN r.count ELSE 0 END,
        count = CASE WHEN v_now < r.window_start + r.window_seconds THEN r.count ELSE 0 END
            + rate_limit_grant(p_wanted, p_max_requests - rate_limit_used(r, v_now)),
        taken = rate_limit_grant(p_wanted, p_max_requests - rate_limit_used(r, v_now))
    WHERE rate_limit_used(r, v_now) + 1 <= p_max_requests
    RETURNING * INTO v_row;
    IF NOT FOUND THEN
        -- The row is locked all the same, and nobody can have changed it since.
        SELECT * INTO v_row FROM rate_limits r WHERE r.identifier = v_identifier AND r.type = p_type
            AND r.max_requests = p_max_requests AND r.window_seconds = p_window_seconds
            AND r.sliding = (p_algorithm = 'sliding');
        v_row.taken := 0;
        IF p_trace THEN
            PERFORM record_rate_limit_refusal(v_row, v_start, 1);
        END IF;
    END IF;
    RETURN QUERY SELECT v_row.taken, ceil(rate_limit_used(v_row, v_now))::integer,
        to_timestamp(greatest(v_row.window_start, v_start) + p_window_seconds),
        floor(p_max_requests - rate_limit_used(v_row, v_now))::integer,
        CASE WHEN v_row.taken > 0 THEN to_timestamp(v_now) ELSE rate_limit_retry_at(v_row, v_now) END;
END
$$;

-- Counts a request and says whether it may go on: seed system 001's function, with its parameters and columns. Its windows
-- have any length, each limit has a counter of its own, and current_count is what was let through, never more than the limit.
CREATE OR REPLACE FUNCTION public.check_rate_limit(
    p_identifier text, p_type text, p_max_requests integer, p_window_seconds integer)
RETURNS TABLE (allowed boolean, current_count integer, window_end timestamptz, remaining integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT t.taken = 1, t.current_count, t.window_end, t.remaining
        FROM public.take_rate_limit(p_identifier, p_type, p_max_requests, p_window_seconds) t;
END
$$;
REVOKE ALL ON FUNCTION public.take_rate_limit, public.check_rate_limit FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.take_rate_limit, public.check_rate_limit TO credits_app, service_role;
