-- Loads the app's tables with the common history. Triggers and foreign keys rest meanwhile; the check at the end of a
-- run looks at what they would have.
SET session_replication_role = replica;
INSERT INTO auth.users (id, email, created_at) SELECT user_id, email, since FROM bench.accounts;
INSERT INTO credits.users (id, email, created_at) SELECT user_id, email, since FROM bench.accounts;
INSERT INTO credits.accounts (user_id, free, paid, version) SELECT user_id, 0, balance, entries + 1 FROM bench.accounts;
INSERT INTO credits.callers (actor, via) VALUES ('sql:load', 'sql');
INSERT INTO credits.grants (id, user_id, category, credits, source, idempotency_key, caller_id, reason, granted_by, created_at,
    effective_at, status, remaining, granted_seq)
    SELECT md5('grant' || account)::uuid, user_id, 'paid', 1000000000, 'manual', 'first', c.id, 'The first credits', 'sql:load',
        since, since, 'open', 1000000000, 1
    FROM bench.accounts, credits.callers c WHERE c.actor = 'sql:load';
INSERT INTO credits.audit_log (actor, via, action, user_id, subject_id, reason, created_at)
    SELECT 'sql:load', 'sql', 'credits.grant', user_id, md5('grant' || account)::uuid::text, 'The first credits', since
    FROM bench.accounts;
INSERT INTO credits.lot_remains (grant_id, user_id, seq, remaining)
    SELECT md5('grant' || account)::uuid, user_id, 1, 1000000000 FROM bench.accounts;
INSERT INTO credits.ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after, grant_id, caller_id,
    reason, created_at)
    SELECT user_id, 1, 'grant', 1000000000, 0, 1000000000, 0, md5('grant' || account)::uuid, c.id, 'The first credits', since
    FROM bench.accounts, credits.callers c WHERE c.actor = 'sql:load' ORDER BY since;
INSERT INTO credits.jobs (id, user_id, idempotency_key, operation, cost, free_cost, charge_seq, refunded, finish_seq, status,
    metadata, error, caller_id, created_at, deadline, finished_at)
    SELECT bench.timed_id(n), user_id, credits.pack_key(md5(n::text)::uuid::text), bench.operation(n), cost, 0, k + 1,
        CASE WHEN failed THEN cost WHEN NOT open THEN 0 END, CASE WHEN failed THEN k + 2 WHEN NOT open THEN k + 1 END,
        CASE WHEN failed THEN 'failed' WHEN open THEN 'pending' ELSE 'completed' END,
        '{"prompt": "a lighthouse at dusk", "size": "1024x1024"}',
        CASE WHEN failed THEN 'The model did not answer.' END, c.id, at,
        CASE WHEN open THEN now() + interval '1 day' ELSE at + interval '1 hour' END,
        CASE WHEN failed OR NOT open THEN at + interval '20 seconds' END
    FROM bench.history, credits.callers c WHERE NOT is_refund AND c.actor = 'sql:load';
INSERT INTO credits.ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after, job_id, caller_id,
    request_id, created_at)
    SELECT user_id, k + 1, CASE WHEN is_refund THEN 'refund' ELSE 'charge' END, CASE WHEN is_refund THEN cost ELSE -cost END,
        0, balance, 0, bench.timed_id(CASE WHEN is_refund THEN n - users ELSE n END), CASE WHEN is_refund THEN c.id END,
        md5(n::text), at
    FROM bench.history, credits.callers c WHERE c.actor = 'sql:load';
RESET session_replication_role;
