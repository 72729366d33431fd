-- Invariants of jobs. I4: a job took its cost and gave back what it says, all of it when it failed or expired, nothing
-- while it is open. I5: the same for the free part of it, and no part gets back more than it paid. I6: one job for a
-- caller's key, one charge for a job. I12: no job is open long after its deadline: the reaper has stopped.
CREATE OR REPLACE FUNCTION credits.check_jobs(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    v_jobs constant uuid[] := ARRAY(SELECT DISTINCT e.job_id FROM ledger_entries e
        WHERE e.id > p_since AND e.job_id IS NOT NULL);
BEGIN
    -- From the ledger to the job …
    RETURN QUERY
    SELECT v.invariant, e.job_id::text
    FROM ledger_entries e LEFT JOIN jobs j ON j.id = e.job_id
    CROSS JOIN LATERAL (VALUES
        ('I4', (j.user_id = e.user_id AND (e.kind <> 'charge' OR j.cost = -e.delta)) IS NOT TRUE),
        ('I5', e.kind = 'charge' AND j.free_cost <> -e.free_delta),
        ('I6', e.kind = 'charge' AND j.charge_seq <> e.seq)) AS v(invariant, broken)
    WHERE e.kind IN ('charge', 'refund') AND v.broken AND (p_since IS NULL OR e.id > p_since);

    -- … and from the job to the ledger.
    IF p_since IS NULL THEN
        RETURN QUERY
        SELECT 'I4', j.id::text FROM jobs j
        WHERE NOT EXISTS (SELECT FROM ledger_entries e WHERE e.kind = 'charge' AND e.job_id = j.id);
    END IF;

    RETURN QUERY
    SELECT v.invariant, j.id::text
    FROM jobs j
    LEFT JOIN (SELECT e.job_id, sum(e.delta) AS total, sum(e.free_delta) AS free FROM ledger_entries e
        WHERE e.kind = 'refund' AND (p_since IS NULL OR e.job_id = ANY (v_jobs)) GROUP BY e.job_id) r ON r.job_id = j.id
    CROSS JOIN LATERAL (VALUES
        ('I4', coalesce(j.refunded, 0) <> coalesce(r.total, 0) OR j.refunded > j.cost
            OR CASE WHEN j.status IN ('failed', 'expired') THEN j.refunded IS DISTINCT FROM j.cost
                ELSE j.status <> 'completed' AND j.refunded IS NOT NULL END),
        ('I5', r.free > j.free_cost OR r.total - r.free > j.cost - j.free_cost)) AS v(invariant, broken)
    WHERE v.broken AND (p_since IS NULL OR j.id = ANY (v_jobs));

    RETURN QUERY
    SELECT 'I6', min(j.id::text) FROM jobs j WHERE p_since IS NULL OR j.id = ANY (v_jobs)
    GROUP BY j.user_id, j.caller_id, j.idempotency_key HAVING count(*) > 1;

    RETURN QUERY
    SELECT 'I12', j.id::text FROM jobs j
    WHERE j.finished_at IS NULL AND j.deadline < clock_timestamp() - interval '15 minutes';
END
$$;
REVOKE ALL ON FUNCTION credits.check_jobs FROM PUBLIC;
