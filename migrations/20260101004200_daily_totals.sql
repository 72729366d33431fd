-- Credits by day, kind and operation, so that a month's totals are read from a few hundred rows and not from millions.
-- Kept up to the last sealed entry by a worker, never by a trigger: charges pay nothing. What came later is added when
-- somebody reads.

CREATE TABLE IF NOT EXISTS credits.daily_totals (
    day date NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    entries bigint NOT NULL,
    credits bigint NOT NULL,
    free_credits bigint NOT NULL,
    PRIMARY KEY (day, kind, operation)
);
COMMENT ON COLUMN credits.daily_totals.day IS 'UTC.';
COMMENT ON COLUMN credits.daily_totals.operation IS 'Of the job; empty where there is none.';
COMMENT ON COLUMN credits.daily_totals.credits IS 'The sum of the deltas, free and paid together.';
SELECT credits.secure_table('credits.daily_totals');
GRANT SELECT ON credits.daily_totals TO credits_app;

CREATE TABLE IF NOT EXISTS credits.daily_totals_mark (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT daily_totals_mark_has_one_row CHECK (only_row),
    entry_id bigint NOT NULL
);
COMMENT ON COLUMN credits.daily_totals_mark.entry_id IS 'The last ledger entry that the totals contain.';
INSERT INTO credits.daily_totals_mark (entry_id) VALUES (0) ON CONFLICT DO NOTHING;
SELECT credits.secure_table('credits.daily_totals_mark');
GRANT SELECT ON credits.daily_totals_mark TO credits_app;

-- The totals of an id range as the ledger has them now. Planned for the range that is asked for: most are near the end of
-- the ledger and small, and a plan for any range would read all jobs.
CREATE OR REPLACE FUNCTION credits.sum_entries(p_after bigint, p_last bigint)
RETURNS SETOF credits.daily_totals LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY SELECT (e.created_at AT TIME ZONE 'UTC')::date, e.kind, coalesce(j.operation, ''), count(*),
        sum(e.delta)::bigint, sum(e.free_delta)::bigint
    FROM ledger_entries e LEFT JOIN jobs j ON j.id = e.job_id
    WHERE e.id > p_after AND (p_last IS NULL OR e.id <= p_last)
    GROUP BY 1, 2, 3;
END
$$;

-- Adds to the totals what was sealed since, at most this many ids; returns how many ids it went on. Moves no credits. One
-- call at a time: another one returns 0.
CREATE OR REPLACE FUNCTION public.roll_up(p_most bigint DEFAULT 200000)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_mark bigint;
    v_last bigint;
BEGIN
    SELECT m.entry_id INTO v_mark FROM daily_totals_mark m FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT least(s.last_entry_id, v_mark + p_most) INTO v_last FROM seals s ORDER BY s.id DESC LIMIT 1;
    IF v_last IS NULL OR v_last <= v_mark THEN
        RETURN 0;
    END IF;
    INSERT INTO daily_totals AS t SELECT * FROM sum_entries(v_mark, v_last)
    ON CONFLICT (day, kind, operation) DO UPDATE SET entries = t.entries + excluded.entries,
        credits = t.credits + excluded.credits, free_credits = t.free_credits + excluded.free_credits;
    UPDATE daily_totals_mark SET entry_id = v_last;
    RETURN v_last - v_mark;
END
$$;

-- Takes out of the totals what users contributed whose entries are about to be deleted: demo users.
CREATE OR REPLACE FUNCTION credits.take_out_of_totals(p_user_ids uuid[])
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_mark bigint;
BEGIN
    SELECT m.entry_id INTO v_mark FROM daily_totals_mark m FOR UPDATE;
    UPDATE daily_totals t SET entries = t.entries - d.entries, credits = t.credits - d.credits,
        free_credits = t.free_credits - d.free_credits
    FROM (SELECT (e.created_at AT TIME ZONE 'UTC')::date AS day, e.kind, coalesce(j.operation, '') AS operation,
            count(*) AS entries, sum(e.delta)::bigint AS credits, sum(e.free_delta)::bigint AS free_credits
        FROM ledger_entries e LEFT JOIN jobs j ON j.id = e.job_id
        WHERE e.user_id = ANY (p_user_ids) AND e.id <= v_mark GROUP BY 1, 2, 3) d
    WHERE (t.day, t.kind, t.operation) = (d.day, d.kind, d.operation);
    DELETE FROM daily_totals t WHERE t.entries = 0;
END
$$;

-- Totals of these days, both included, with everything up to now.
CREATE OR REPLACE FUNCTION public.daily_totals(p_from date, p_to date)
RETURNS SETOF credits.daily_totals LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT t.day, t.kind, t.operation, sum(t.entries)::bigint, sum(t.credits)::bigint,
        sum(t.free_credits)::bigint
    FROM (SELECT * FROM daily_totals d WHERE d.day BETWEEN p_from AND p_to
        UNION ALL
        SELECT * FROM sum_entries((SELECT m.entry_id FROM daily_totals_mark m), NULL) l WHERE l.day BETWEEN p_from AND p_to) t
    GROUP BY t.day, t.kind, t.operation ORDER BY t.day, t.kind, t.operation;
END
$$;
REVOKE ALL ON FUNCTION credits.sum_entries, credits.take_out_of_totals FROM PUBLIC;
REVOKE ALL ON FUNCTION public.roll_up, public.daily_totals FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.roll_up, public.daily_totals TO credits_app, service_role;
