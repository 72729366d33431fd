-- What the invariants are. I8 is for webhooks that come in, of which there are none.
CREATE OR REPLACE VIEW credits.invariants AS
    SELECT l.number, l.invariant, l.law FROM (VALUES
        (1, 'I1', 'Each balance is the sum of its ledger entries, free and paid part.'),
        (2, 'I2', 'Each ledger entry follows from the one before it, without a gap, up to the account''s version.'),
        (3, 'I3', 'No balance is or was below zero.'),
        (4, 'I4', 'Each job took its cost once and gave back what it says: all when it failed, nothing while it is open.'),
        (5, 'I5', 'A refund goes to the part of the balance that paid, and never brings more than it paid.'),
        (6, 'I6', 'There is one job for a caller''s idempotency key and one charge for a job.'),
        (7, 'I7', 'Each verified receipt was credited once, any other one never, and no payment counts twice.'),
        (9, 'I9', 'Each ledger entry names its caller, and each grant by hand and each decision stands in the audit log.'),
        (10, 'I10', 'Ledger and audit log are as they were sealed.'),
        (11, 'I11', 'All balances together are what was granted and bought less what was spent and corrected.'),
        (12, 'I12', 'No job is open more than 15 minutes after its deadline.'),
        (13, 'I13', 'Each correction has its one entry, and above the limit a second person decided it.'),
        (14, 'I14', 'Each lot begins once with its credits, ends at most once, and holds what its past says.'),
        (15, 'I15', 'What users owe for usage is exactly what was billed to them less what was charged for it.')
        ) AS l(number, invariant, law);
REVOKE ALL ON credits.invariants FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON credits.invariants TO credits_app;

-- The invariants of the books, one row for each, with how often it is broken and one example. Call it as one statement: all
-- of it sees the one snapshot, so it may run while charges run. With p_since only the entries after that id are looked at,
-- with what they belong to, and I11 is left out: it is about everything. Changes nothing.
CREATE OR REPLACE FUNCTION public.check_ledger(p_since bigint DEFAULT NULL)
RETURNS TABLE (invariant text, law text, violations bigint, example text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    SELECT l.invariant, l.law, count(b.place), min(b.place)
    FROM invariants l
    LEFT JOIN (
        SELECT * FROM check_balances(p_since)
        UNION ALL SELECT * FROM check_total() WHERE p_since IS NULL
        UNION ALL SELECT * FROM check_jobs(p_since)
        UNION ALL SELECT * FROM check_receipts(p_since)
        UNION ALL SELECT * FROM check_adjustments()
        UNION ALL SELECT * FROM check_callers(p_since)
        UNION ALL SELECT * FROM check_lots(p_since)
        UNION ALL SELECT * FROM check_usage_totals(p_since)
        UNION ALL SELECT * FROM check_seals(p_since)) b ON b.invariant = l.invariant
    WHERE p_since IS NULL OR l.invariant <> 'I11'
    GROUP BY l.number, l.invariant, l.law ORDER BY l.number
$$;
REVOKE ALL ON FUNCTION public.check_ledger FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.check_ledger TO credits_app, service_role;
