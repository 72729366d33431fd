-- Counters of rate limits: one row for each limit and identifier, which begins anew when its window is over, so there are
-- never more rows than identifiers that were counted a moment ago. A limit is its type, most requests, window and
-- algorithm: two limits on one identifier never share a counter.
-- Unlogged: to forget after a crash lets a few requests more through, and a commit that waits for the disk would cost every
-- request. A standby that takes over begins with empty counters, too. Times are seconds since 1970, by the database's clock.

CREATE UNLOGGED TABLE IF NOT EXISTS credits.rate_limits (
    identifier text NOT NULL CONSTRAINT rate_limits_identifier_fits CHECK (length(identifier) BETWEEN 1 AND 200),
    type text NOT NULL CONSTRAINT rate_limits_type_fits CHECK (length(type) BETWEEN 1 AND 50),
    window_start bigint NOT NULL,
    max_requests integer NOT NULL,
    window_seconds integer NOT NULL,
    previous integer NOT NULL,
    count integer NOT NULL,
    taken integer NOT NULL,
    sliding boolean NOT NULL,
    PRIMARY KEY (identifier, type, max_requests, window_seconds, sliding)
) WITH (fillfactor = 70);
COMMENT ON COLUMN credits.rate_limits.previous IS 'Requests of the window before this one; a sliding limit weighs them.';
COMMENT ON COLUMN credits.rate_limits.count IS 'Requests of this window that were let through.';
COMMENT ON COLUMN credits.rate_limits.taken IS 'How many of them the last call took.';
-- Its value changes once a window: all other updates stay on their page and touch no index.
CREATE INDEX IF NOT EXISTS rate_limits_by_end ON credits.rate_limits ((window_start + 2 * window_seconds::bigint));
SELECT credits.secure_table('credits.rate_limits');
GRANT SELECT ON credits.rate_limits TO credits_app;

-- What was refused: how often, for each limit, identifier and window. Kept a week, the newest 10,000 at most; unlogged,
-- because whoever is refused may come back a thousand times a second, and each line is in the app's log, too.
CREATE UNLOGGED TABLE IF NOT EXISTS credits.rate_limit_refusals (
    identifier text NOT NULL,
    type text NOT NULL,
    max_requests integer NOT NULL,
    window_seconds integer NOT NULL,
    sliding boolean NOT NULL,
    window_start bigint NOT NULL,
    refused bigint NOT NULL,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (identifier, type, max_requests, window_seconds, sliding, window_start)
);
COMMENT ON COLUMN credits.rate_limit_refusals.refused IS 'Requests that were not let through in this window.';
SELECT credits.secure_table('credits.rate_limit_refusals');
GRANT SELECT ON credits.rate_limit_refusals TO credits_app;

-- How much of a limit is used at this moment. Fixed: what its window counted. Sliding: that and the part of the window before
-- that still lies within one length of now, as if its requests had come evenly. A clock that went back changes nothing.
-- Without a search_path of its own, as the next one, so that the planner puts it in place of the call.
CREATE OR REPLACE FUNCTION credits.rate_limit_used(p_limit credits.rate_limits, p_now double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN p_now < p_limit.window_start + p_limit.window_seconds THEN p_limit.count + CASE WHEN p_limit.sliding
            THEN p_limit.previous * least(1, 1 - (p_now - p_limit.window_start) / p_limit.window_seconds) ELSE 0 END
        WHEN p_limit.sliding AND p_now < p_limit.window_start + 2 * p_limit.window_seconds::bigint
            THEN p_limit.count * (2 - (p_now - p_limit.window_start) / p_limit.window_seconds)
        ELSE 0 END
$$;

-- How many of the wanted requests are let through: of a store of many, a twentieth of what is left at a time, so that the
-- last ones are given one by one, to whoever comes first.
CREATE OR REPLACE FUNCTION credits.rate_limit_grant(p_wanted integer, p_free double precision)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT least(p_wanted, ceil(floor(p_free) / 20))::integer
$$;

-- The earliest moment at which a refused request could be let through, when nobody else comes.
CREATE OR REPLACE FUNCTION credits.rate_limit_retry_at(p_limit credits.rate_limits, p_now double precision)
RETURNS timestamptz LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT to_timestamp(CASE
        WHEN NOT p_limit.sliding THEN w.start + w.seconds
        WHEN w.count >= p_limit.max_requests THEN w.start + w.seconds + w.seconds / p_limit.max_requests
        ELSE w.start + w.seconds * (1 - (p_limit.max_requests - 1 - w.count) / greatest(w.previous, 1)) END)
    FROM (SELECT p_limit.window_seconds::double precision AS seconds,
        p_limit.window_start + CASE WHEN passed THEN p_limit.window_seconds ELSE 0 END AS start,
        CASE WHEN passed THEN 0 ELSE p_limit.count END AS count,
        (CASE WHEN passed THEN p_limit.count ELSE p_limit.previous END)::double precision AS previous
        FROM (SELECT p_now >= p_limit.window_start + p_limit.window_seconds AS passed) AS this) AS w
$$;
REVOKE ALL ON FUNCTION credits.rate_limit_used, credits.rate_limit_grant, credits.rate_limit_retry_at FROM PUBLIC;
