-- Invariant I13: each posted adjustment has its one ledger entry, a reversal undoes an entry of the same user in both parts,
-- nobody moves more than the limit alone nor for themselves, and each request and each decision stands in the audit log.
-- There are few adjustments and they change after their entries: all of them are looked at, every time.
CREATE OR REPLACE FUNCTION credits.check_adjustments()
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT 'I13', coalesce(a.id, e.adjustment_id)::text FROM adjustments a
    FULL JOIN (SELECT * FROM ledger_entries l WHERE l.adjustment_id IS NOT NULL) e ON e.adjustment_id = a.id
    WHERE (a.status = 'posted') IS DISTINCT FROM (e.id IS NOT NULL) OR (e.id IS NOT NULL AND (
        (e.user_id, e.delta, e.reverses_id, e.job_id) IS DISTINCT FROM (a.user_id, a.delta, a.reverses, a.job_id)
        OR e.free_delta <> CASE a.category WHEN 'promotional' THEN a.delta WHEN 'paid' THEN 0 ELSE e.free_delta END));

    RETURN QUERY
    SELECT 'I13', r.id::text FROM ledger_entries r JOIN ledger_entries e ON e.id = r.reverses_id
    WHERE r.user_id <> e.user_id OR r.seq <= e.seq OR (e.kind = 'charge') <> (r.kind = 'refund')
        OR (e.kind = 'adjustment' AND (r.delta, r.free_delta) <> (-e.delta, -e.free_delta));

    RETURN QUERY
    SELECT 'I13', a.id::text FROM adjustments a
    WHERE (a.status = 'posted' AND (abs(a.delta) > a.approval_limit OR a.requested_by = 'staff:' || a.user_id)
            AND (a.decided_by IS NULL OR a.decided_by IN (a.requested_by, 'staff:' || a.user_id)))
        OR (SELECT count(*) FROM audit_log l WHERE l.subject_id = a.id::text)
            <> CASE WHEN a.status = 'pending' OR (a.status = 'posted' AND a.decided_by IS NULL) THEN 1 ELSE 2 END;
END
$$;
REVOKE ALL ON FUNCTION credits.check_adjustments FROM PUBLIC;
