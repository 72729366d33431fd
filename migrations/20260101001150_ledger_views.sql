-- The ledger as others read it.

-- For users and front ends: their own entries, no actor and no reason. Users never see which of the staff did something,
-- nor their words.
CREATE OR REPLACE VIEW public.ledger_entries WITH (security_invoker = true) AS
    SELECT e.id, e.user_id, e.seq, e.kind, e.delta, e.free_delta, e.balance_after, e.free_after,
        e.job_id, e.receipt_id, e.grant_id, e.created_at, j.operation, g.source AS grant_source,
        e.reverses_id, (SELECT r.id FROM credits.ledger_entries r WHERE r.reverses_id = e.id) AS reversed_by_id
    FROM credits.ledger_entries e
    LEFT JOIN credits.jobs j ON j.id = e.job_id
    LEFT JOIN credits.grants g ON g.id = e.grant_id;
REVOKE ALL ON public.ledger_entries FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.ledger_entries TO authenticated, service_role, credits_app;

-- For staff: with who did it. The caller of a charge stands in its job.
CREATE OR REPLACE VIEW credits.entries WITH (security_invoker = true) AS
    SELECT e.id, e.user_id, e.seq, e.kind, e.delta, e.free_delta, e.balance_after, e.free_after,
        e.job_id, e.receipt_id, e.grant_id, e.adjustment_id, e.created_at, e.request_id, e.reason,
        j.operation, c.actor, c.via,
        e.reverses_id, (SELECT r.id FROM credits.ledger_entries r WHERE r.reverses_id = e.id) AS reversed_by_id
    FROM credits.ledger_entries e
    LEFT JOIN credits.jobs j ON j.id = e.job_id
    LEFT JOIN credits.callers c ON c.id = coalesce(e.caller_id, j.caller_id);
REVOKE ALL ON credits.entries FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON credits.entries TO credits_app, service_role;

-- The first entry that is not older than this, but for a minute: ids and times rise together, but for transactions that
-- run side by side. Two dozen looks at the primary key spare every entry an index of times. After the last entry when all
-- are older.
CREATE OR REPLACE FUNCTION credits.first_entry_since(p_time timestamptz)
RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_low bigint := 0;
    v_high bigint := coalesce((SELECT max(e.id) FROM ledger_entries e), 0) + 1;
    v_middle bigint;
    v_entry record;
BEGIN
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high) / 2;
        SELECT e.id, e.created_at INTO v_entry FROM ledger_entries e WHERE e.id >= v_middle ORDER BY e.id LIMIT 1;
        IF v_entry.id IS NULL OR v_entry.created_at >= p_time - interval '1 minute' THEN
            v_high := v_middle;
        ELSE
            v_low := v_entry.id + 1;
        END IF;
    END LOOP;
    RETURN v_low;
END
$$;
REVOKE ALL ON FUNCTION credits.first_entry_since FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credits.first_entry_since TO credits_app, service_role;

-- The seq of the user's last entry that was written by then; 0 before the first. Two dozen looks at the index by user and
-- seq, whatever the length of the history. Reads as whoever asks: row security leaves a user their own entries.
CREATE OR REPLACE FUNCTION public.entry_seq_at(p_user_id uuid, p_time timestamptz)
RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    v_low bigint := 0;
    v_high bigint := coalesce((SELECT e.seq FROM ledger_entries e WHERE e.user_id = p_user_id ORDER BY e.seq DESC LIMIT 1), 0);
    v_middle bigint;
BEGIN
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high + 1) / 2;
        IF (SELECT e.created_at FROM ledger_entries e WHERE e.user_id = p_user_id AND e.seq = v_middle) <= p_time THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle - 1;
        END IF;
    END LOOP;
    RETURN v_low;
END
$$;
REVOKE ALL ON FUNCTION public.entry_seq_at FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.entry_seq_at TO authenticated, service_role, credits_app;
