-- Usage by day and model, so that a year's margins are read from some thousand rows and not from millions of records. Kept by
-- a worker, never by a trigger: records pay nothing. What came later is added when somebody reads.

CREATE TABLE IF NOT EXISTS credits.usage_totals (
    day date NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    records numeric NOT NULL,
    input_tokens numeric NOT NULL,
    cached_input_tokens numeric NOT NULL,
    output_tokens numeric NOT NULL,
    images numeric NOT NULL,
    seconds numeric NOT NULL,
    cost numeric NOT NULL,
    billed numeric NOT NULL,
    PRIMARY KEY (day, provider, model)
);
COMMENT ON COLUMN credits.usage_totals.day IS 'Of the use, UTC.';
SELECT credits.secure_table('credits.usage_totals');
GRANT SELECT ON credits.usage_totals TO credits_app;

CREATE TABLE IF NOT EXISTS credits.usage_totals_mark (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT usage_totals_mark_has_one_row CHECK (only_row),
    record_id bigint NOT NULL,
    next_id bigint NOT NULL,
    writers text[] NOT NULL
);
COMMENT ON COLUMN credits.usage_totals_mark.record_id IS 'The last record that the totals contain.';
COMMENT ON COLUMN credits.usage_totals_mark.next_id IS 'Up to here next, once those who wrote at that moment have ended.';
COMMENT ON COLUMN credits.usage_totals_mark.writers IS 'Virtual ids of the transactions that were writing records.';
INSERT INTO credits.usage_totals_mark (record_id, next_id, writers) VALUES (0, 0, '{}') ON CONFLICT DO NOTHING;
SELECT credits.secure_table('credits.usage_totals_mark');

-- The totals of the records after p_after, up to p_last; of these users only when they are named.
CREATE OR REPLACE FUNCTION credits.sum_usage(p_after bigint, p_last bigint, p_user_ids uuid[])
RETURNS SETOF credits.usage_totals LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT (r.used_at AT TIME ZONE 'UTC')::date, r.provider, r.model, count(*)::numeric, sum(r.input_tokens),
        sum(r.cached_input_tokens), sum(r.output_tokens), sum(r.images), sum(r.seconds), sum(r.cost), sum(r.billed)
    FROM usage_records r
    WHERE r.id > p_after AND r.id <= p_last AND (p_user_ids IS NULL OR r.user_id = ANY (p_user_ids))
    GROUP BY 1, 2, 3;
END
$$;

-- Adds these totals, or takes them off.
CREATE OR REPLACE FUNCTION credits.add_usage_totals(p_sign integer, p_after bigint, p_last bigint, p_user_ids uuid[])
RETURNS void LANGUAGE sql SET search_path = credits, pg_temp AS $$
    INSERT INTO usage_totals AS t
    SELECT s.day, s.provider, s.model, p_sign * s.records, p_sign * s.input_tokens, p_sign * s.cached_input_tokens,
        p_sign * s.output_tokens, p_sign * s.images, p_sign * s.seconds, p_sign * s.cost, p_sign * s.billed
    FROM sum_usage(p_after, p_last, p_user_ids) s
    ON CONFLICT (day, provider, model) DO UPDATE SET records = t.records + excluded.records,
        input_tokens = t.input_tokens + excluded.input_tokens,
        cached_input_tokens = t.cached_input_tokens + excluded.cached_input_tokens,
        output_tokens = t.output_tokens + excluded.output_tokens, images = t.images + excluded.images,
        seconds = t.seconds + excluded.seconds, cost = t.cost + excluded.cost, billed = t.billed + excluded.billed
$$;

-- Adds to the totals what was recorded since, at most this many ids; returns how many ids it went on: call again while it is
-- not 0. An id that is handed out may become visible long after a higher one, so it goes up to the mark that an earlier call
-- set, and only when whoever wrote then has ended. Moves no credits. One call at a time: another one returns 0.
CREATE OR REPLACE FUNCTION public.roll_up_usage(p_most bigint DEFAULT 200000)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_mark usage_totals_mark;
    v_last bigint;
    v_newest constant bigint := (SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM usage_records_id_seq s);
BEGIN
    IF v_newest = (SELECT m.record_id FROM usage_totals_mark m) THEN
        RETURN 0;
    END IF;
    SELECT * INTO v_mark FROM usage_totals_mark FOR UPDATE SKIP LOCKED;
    IF NOT FOUND OR EXISTS (SELECT FROM writers('credits.usage_records') w WHERE w.writer = ANY (v_mark.writers)) THEN
        RETURN 0;
    END IF;
    v_last := least(v_mark.record_id + p_most, v_mark.next_id);
    PERFORM add_usage_totals(1, v_mark.record_id, v_last, NULL);
    UPDATE usage_totals_mark SET record_id = v_last;
    IF v_last = v_mark.next_id THEN
        -- Who writes is asked after the number: whoever had one up to it writes still, or has ended.
        UPDATE usage_totals_mark
        SET next_id = greatest(v_newest, v_last), writers = ARRAY(SELECT w.writer FROM writers('credits.usage_records') w);
    END IF;
    RETURN v_last - v_mark.record_id;
END
$$;
REVOKE ALL ON FUNCTION credits.sum_usage, credits.add_usage_totals FROM PUBLIC;
REVOKE ALL ON FUNCTION public.roll_up_usage FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.roll_up_usage TO credits_app, service_role;
