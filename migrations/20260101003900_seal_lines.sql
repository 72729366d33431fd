-- The text that seals cover, its hash, and how far a seal may go.

-- Each ledger entry of an id range as one line of JSON: all its columns but those that are NULL, times in UTC, the caller by
-- name, and of a charge what its job was created with. Rows of demo users are left out: they may be removed.
CREATE OR REPLACE FUNCTION credits.entry_lines(p_first bigint, p_last bigint)
RETURNS TABLE (id bigint, line text) LANGUAGE sql STABLE SET search_path = credits, pg_temp SET timezone = 'UTC' AS $$
    SELECT e.id, jsonb_strip_nulls(to_jsonb(e) || jsonb_build_object('actor', c.actor, 'via', c.via,
        'job', CASE WHEN e.kind = 'charge' THEN jsonb_build_object('id', j.id, 'user_id', j.user_id, 'cost', j.cost,
            'free_cost', j.free_cost, 'charge_seq', j.charge_seq, 'caller_id', j.caller_id, 'operation', j.operation,
            'idempotency_key', encode(j.idempotency_key, 'hex'), 'created_at', j.created_at) END))::text
    FROM ledger_entries e
    LEFT JOIN jobs j ON e.kind = 'charge' AND j.id = e.job_id
    LEFT JOIN callers c ON c.id = coalesce(e.caller_id, j.caller_id)
    WHERE e.id BETWEEN p_first AND p_last AND NOT EXISTS (SELECT FROM users u WHERE u.id = e.user_id AND u.is_demo)
    ORDER BY e.id
$$;

-- The same of the audit log. What was before and after stands in it as text, so that a NULL in there counts too.
CREATE OR REPLACE FUNCTION credits.action_lines(p_first bigint, p_last bigint)
RETURNS TABLE (id bigint, line text) LANGUAGE sql STABLE SET search_path = credits, pg_temp SET timezone = 'UTC' AS $$
    SELECT a.id, jsonb_strip_nulls(to_jsonb(a) || jsonb_build_object('before', a.before::text, 'after', a.after::text))::text
    FROM audit_log a
    WHERE a.id BETWEEN p_first AND p_last AND NOT EXISTS (SELECT FROM users u WHERE u.id = a.user_id AND u.is_demo)
    ORDER BY a.id
$$;

-- The seal itself as the last line of what its hash covers.
CREATE OR REPLACE FUNCTION credits.seal_line(p_seal credits.seals)
RETURNS text LANGUAGE sql STABLE SET search_path = credits, pg_temp SET timezone = 'UTC' AS $$
    SELECT (to_jsonb(p_seal) - 'hash' || jsonb_build_object('previous_hash', encode(p_seal.previous_hash, 'hex')))::text
$$;

-- The seal with its counts and its hash computed from the rows as they are now.
CREATE OR REPLACE FUNCTION credits.compute_seal(p_seal credits.seals)
RETURNS credits.seals LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_entries text;
    v_actions text;
BEGIN
    SELECT count(*), coalesce(string_agg(l.line || E'\n', '' ORDER BY l.id), '') INTO p_seal.entries, v_entries
    FROM entry_lines(p_seal.first_entry_id, p_seal.last_entry_id) l;
    SELECT count(*), coalesce(string_agg(l.line || E'\n', '' ORDER BY l.id), '') INTO p_seal.actions, v_actions
    FROM action_lines(p_seal.first_action_id, p_seal.last_action_id) l;
    p_seal.hash := sha256(convert_to(v_entries || v_actions || seal_line(p_seal) || E'\n', 'UTF8'));
    RETURN p_seal;
END
$$;

-- Marks how far the next seals may go. First the ids, then who writes: whoever has a lower id writes still, or has ended.
CREATE OR REPLACE FUNCTION credits.mark_seal()
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry_id constant bigint := coalesce((SELECT max(e.id) FROM ledger_entries e), 0);
    v_action_id constant bigint := coalesce((SELECT max(a.id) FROM audit_log a), 0);
    v_writers constant text[] := ARRAY(SELECT w.writer FROM writers('credits.ledger_entries', 'credits.audit_log') w);
BEGIN
    INSERT INTO seal_marks (entry_id, action_id, writers) VALUES (v_entry_id, v_action_id, v_writers)
    ON CONFLICT (only_row) DO UPDATE
        SET entry_id = excluded.entry_id, action_id = excluded.action_id, writers = excluded.writers;
END
$$;

-- The transactions that write to one of these tables now. They hold this lock from before their first id until they end.
DROP FUNCTION IF EXISTS credits.writers();
CREATE OR REPLACE FUNCTION credits.writers(VARIADIC p_tables regclass[])
RETURNS TABLE (writer text) LANGUAGE sql VOLATILE SET search_path = credits, pg_temp AS $$
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND l.relation = ANY (p_tables)
$$;
REVOKE ALL ON FUNCTION credits.entry_lines, credits.action_lines, credits.seal_line, credits.compute_seal,
    credits.mark_seal, credits.writers FROM PUBLIC;
