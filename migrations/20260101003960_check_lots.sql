-- The invariant of lots. I14: a lot begins once, with its credits, and ends at most once, when it was closed; it holds what
-- was recorded at its last boundary.
CREATE OR REPLACE FUNCTION credits.check_lots(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    v_users constant uuid[] := ARRAY(SELECT DISTINCT e.user_id FROM ledger_entries e WHERE e.id > p_since);
BEGIN
    RETURN QUERY
    SELECT 'I14', g.id::text
    FROM grants g
    LEFT JOIN (
        SELECT r.grant_id, min(r.seq) AS first_seq, (array_agg(r.remaining ORDER BY r.seq DESC))[1] AS remaining
        FROM lot_remains r WHERE p_since IS NULL OR r.user_id = ANY (v_users) GROUP BY r.grant_id) r ON r.grant_id = g.id
    LEFT JOIN (
        SELECT e.grant_id, count(*) FILTER (WHERE e.delta > 0) AS begins, max(e.delta) AS credits, min(e.seq) AS first_seq,
            count(*) FILTER (WHERE e.delta < 0) AS ends, max(e.seq) FILTER (WHERE e.delta < 0) AS end_seq
        FROM ledger_entries e WHERE e.grant_id IS NOT NULL AND (p_since IS NULL OR e.user_id = ANY (v_users))
        GROUP BY e.grant_id) e ON e.grant_id = g.id
    WHERE (p_since IS NULL OR g.user_id = ANY (v_users)) AND (
        (r.grant_id IS NULL AND g.status IN ('open', 'expired'))
        OR coalesce(r.remaining, 0) <> g.remaining
        OR coalesce(e.begins, 0) <> CASE WHEN g.source = 'refund' OR r.grant_id IS NULL THEN 0 ELSE 1 END
        OR (e.begins = 1 AND (e.credits <> g.credits OR e.first_seq <> r.first_seq))
        OR e.ends > 1 OR (e.ends = 1 AND e.end_seq IS DISTINCT FROM g.closed_seq));
END
$$;
REVOKE ALL ON FUNCTION credits.check_lots FROM PUBLIC;
