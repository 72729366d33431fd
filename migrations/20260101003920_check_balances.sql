-- Invariants of balances. Each function of the check answers with one row for every place where an invariant is broken:
-- its number and the id of what is wrong. All of them are STABLE, so that they see the one snapshot of the query that calls
-- them: what is charged meanwhile is either whole or not there. With p_since they look at the entries after that id and at
-- the accounts, jobs and receipts of those.

-- I1 balance = sum of the ledger; I2 each entry follows the one before it, without a gap, to the account's version;
-- I3 nothing below zero.
CREATE OR REPLACE FUNCTION credits.check_balances(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    v_users constant uuid[] := ARRAY(SELECT DISTINCT e.user_id FROM ledger_entries e WHERE e.id > p_since);
BEGIN
    IF p_since IS NULL THEN
        RETURN QUERY
        SELECT v.invariant, coalesce(a.user_id, e.user_id)::text
        FROM accounts a FULL JOIN (
            SELECT l.user_id, sum(l.delta) AS total, sum(l.free_delta) AS free, count(*) AS entries, max(l.seq) AS last
            FROM ledger_entries l GROUP BY l.user_id) e ON e.user_id = a.user_id
        CROSS JOIN LATERAL (VALUES
            ('I1', coalesce(a.free + a.paid, 0) <> coalesce(e.total, 0) OR coalesce(a.free, 0) <> coalesce(e.free, 0)),
            ('I2', a.version IS DISTINCT FROM coalesce(e.entries, 0) OR a.version IS DISTINCT FROM coalesce(e.last, 0)))
            AS v(invariant, broken)
        WHERE v.broken;
    ELSE
        -- That every entry follows from the one before it is checked below: the last one is the sum.
        RETURN QUERY
        SELECT v.invariant, u.id::text
        FROM unnest(v_users) AS u(id)
        LEFT JOIN accounts a ON a.user_id = u.id
        LEFT JOIN ledger_entries e ON e.user_id = u.id AND e.seq = a.version
        CROSS JOIN LATERAL (VALUES
            ('I1', a.free + a.paid <> e.balance_after OR a.free <> e.free_after),
            ('I2', e.id IS NULL OR EXISTS (SELECT FROM ledger_entries l WHERE l.user_id = u.id AND l.seq > a.version)))
            AS v(invariant, broken)
        WHERE v.broken;
    END IF;

    RETURN QUERY
    SELECT v.invariant, e.id::text
    FROM ledger_entries e
    LEFT JOIN ledger_entries p ON p.user_id = e.user_id AND p.seq = e.seq - 1
    CROSS JOIN LATERAL (VALUES
        ('I2', (p.seq IS NULL AND e.seq <> 1) OR e.balance_after <> coalesce(p.balance_after, 0) + e.delta
            OR e.free_after <> coalesce(p.free_after, 0) + e.free_delta),
        ('I3', e.free_after < 0 OR e.balance_after < e.free_after)) AS v(invariant, broken)
    WHERE v.broken AND (p_since IS NULL OR e.id > p_since);

    RETURN QUERY
    SELECT 'I3', a.user_id::text FROM accounts a
    WHERE (a.free < 0 OR a.paid < 0) AND (p_since IS NULL OR a.user_id = ANY (v_users));
END
$$;

-- I11, the bank's total: what all accounts hold is what their grants, purchases, jobs and corrections say, told from those
-- and not from the ledger's sums. Looks at everything, so only without p_since.
CREATE OR REPLACE FUNCTION credits.check_total()
RETURNS TABLE (invariant text, place text) LANGUAGE sql STABLE SET search_path = credits, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
    SELECT 'I11', format('accounts hold %s, explained are %s', t.held, t.given - t.spent + t.corrected)
    FROM (SELECT
        (SELECT coalesce(sum(a.free + a.paid), 0) FROM accounts a) AS held,
        (SELECT coalesce(sum(g.credits), 0) FROM ledger_entries e JOIN grants g ON g.id = e.grant_id
            WHERE e.kind IN ('grant', 'purchase')) AS given,
        (SELECT coalesce(sum(j.cost - coalesce(j.refunded, 0)), 0) FROM jobs j) AS spent,
        (SELECT coalesce(sum(e.delta), 0) FROM ledger_entries e
            WHERE e.kind IN ('clawback', 'expiry', 'adjustment')) AS corrected) t
    WHERE t.held <> t.given - t.spent + t.corrected
$$;
REVOKE ALL ON FUNCTION credits.check_balances, credits.check_total FROM PUBLIC;
