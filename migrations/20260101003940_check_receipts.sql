-- Invariants of what people decided. I7: a verified receipt was credited once, with a lot, any other one never; no
-- reference counts twice. I9: every entry names its caller, and every grant by hand and every decision has its row in the
-- audit log.
CREATE OR REPLACE FUNCTION credits.check_receipts(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    v_receipts constant uuid[] := ARRAY(SELECT DISTINCT e.receipt_id FROM ledger_entries e
        WHERE e.id > p_since AND e.receipt_id IS NOT NULL);
BEGIN
    RETURN QUERY
    SELECT 'I7', e.receipt_id::text
    FROM ledger_entries e
    LEFT JOIN receipts r ON r.id = e.receipt_id
    LEFT JOIN grants g ON g.id = e.grant_id
    WHERE e.kind = 'purchase' AND (p_since IS NULL OR e.id > p_since)
        AND (r.user_id = e.user_id AND r.credits = e.delta AND g.receipt_id = r.id AND g.user_id = r.user_id
            AND g.credits = r.credits AND e.free_delta = 0) IS NOT TRUE;

    RETURN QUERY
    SELECT 'I7', r.id::text
    FROM receipts r
    LEFT JOIN (SELECT e.receipt_id, count(*) AS times FROM ledger_entries e
        WHERE e.kind = 'purchase' AND (p_since IS NULL OR e.receipt_id = ANY (v_receipts))
        GROUP BY e.receipt_id) p ON p.receipt_id = r.id
    WHERE (p_since IS NULL OR r.id = ANY (v_receipts))
        AND coalesce(p.times, 0) <> CASE r.status WHEN 'verified' THEN 1 ELSE 0 END;

    IF p_since IS NULL THEN
        RETURN QUERY
        SELECT 'I7', min(r.id::text) FROM receipts r WHERE r.status <> 'rejected' AND r.reference_key IS NOT NULL
        GROUP BY r.provider, r.reference_key HAVING count(*) > 1;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION credits.check_callers(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
BEGIN
    RETURN QUERY
    SELECT 'I9', e.id::text
    FROM ledger_entries e
    LEFT JOIN jobs j ON e.kind = 'charge' AND j.id = e.job_id
    LEFT JOIN callers c ON c.id = coalesce(e.caller_id, j.caller_id)
    -- A charge without its job is I4's.
    WHERE c.id IS NULL AND (e.kind <> 'charge' OR j.id IS NOT NULL) AND (p_since IS NULL OR e.id > p_since);

    RETURN QUERY
    SELECT 'I9', g.id::text FROM grants g
    WHERE g.source = 'manual' AND 1 <> (SELECT count(*) FROM audit_log a
            WHERE a.user_id = g.user_id AND a.action = 'credits.grant' AND a.subject_id = g.id::text)
        AND (p_since IS NULL OR g.id = ANY (ARRAY(
            SELECT e.grant_id FROM ledger_entries e WHERE e.id > p_since AND e.grant_id IS NOT NULL)));

    RETURN QUERY
    SELECT 'I9', r.id::text FROM receipts r
    WHERE r.status <> 'pending' AND 1 <> (SELECT count(*) FROM audit_log a
            WHERE a.user_id = r.user_id AND a.subject_id = r.id::text
                AND a.action = CASE r.status WHEN 'verified' THEN 'receipt.verify' ELSE 'receipt.reject' END)
        AND (p_since IS NULL OR r.id = ANY (ARRAY(
            SELECT e.receipt_id FROM ledger_entries e WHERE e.id > p_since AND e.receipt_id IS NOT NULL)));
END
$$;
REVOKE ALL ON FUNCTION credits.check_receipts, credits.check_callers FROM PUBLIC;
