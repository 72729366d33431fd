-- The invariant of usage. I15: what a user owes is exactly what was billed to them less what usage has charged, at what a
-- credit cost then; each of those charges is its job; a record's credits were charged. The sums need all records, so with
-- p_since only the charges after that entry are looked at.
CREATE OR REPLACE FUNCTION credits.check_usage_totals(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
BEGIN
    RETURN QUERY
    SELECT 'I15', c.job_id::text
    FROM usage_charges c LEFT JOIN jobs j ON j.id = c.job_id
    WHERE p_since IS NULL AND (j.user_id, j.cost) IS DISTINCT FROM (c.user_id, c.credits);

    RETURN QUERY
    SELECT 'I15', c.job_id::text
    FROM ledger_entries e JOIN usage_charges c ON c.job_id = e.job_id
    WHERE e.id > p_since AND e.kind = 'charge' AND (e.user_id, -e.delta) IS DISTINCT FROM (c.user_id, c.credits);

    RETURN QUERY
    SELECT 'I15', coalesce(u.user_id, t.user_id)::text
    FROM usage_accruals u
    FULL JOIN (
        SELECT s.user_id, sum(s.billed) AS billed, sum(s.recorded) AS recorded, sum(s.charged) AS charged, sum(s.paid) AS paid
        FROM (SELECT r.user_id, r.billed, r.credits AS recorded, 0 AS charged, 0 AS paid FROM usage_records r
            UNION ALL SELECT c.user_id, 0, 0, c.credits, c.credits * c.cents_per_credit * 0.01 FROM usage_charges c) s
        GROUP BY s.user_id) t ON t.user_id = u.user_id
    WHERE p_since IS NULL AND (coalesce(u.owed, 0) <> coalesce(t.billed - t.paid, 0) OR t.recorded > t.charged);
END
$$;
REVOKE ALL ON FUNCTION credits.check_usage_totals FROM PUBLIC;
