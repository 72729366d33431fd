-- Loads the present system's tables with the common history.
SET session_replication_role = replica;
INSERT INTO users SELECT user_id, email, balance FROM bench.accounts;
INSERT INTO credit_ledger (user_id, delta, balance_after, operation_type, description, created_at)
    SELECT user_id, 1000000000, 1000000000, 'grant', 'The first credits', since FROM bench.accounts;
INSERT INTO generation_jobs (id, user_id, operation_type, status, cost, idempotency_key, metadata, created_at, completed_at)
    SELECT md5('job' || n)::uuid, user_id, bench.operation(n),
        CASE WHEN failed THEN 'failed' WHEN open THEN 'pending' ELSE 'completed' END,
        cost, md5(n::text)::uuid::text, '{"prompt": "a lighthouse at dusk", "size": "1024x1024"}', at,
        CASE WHEN failed OR NOT open THEN at + interval '20 seconds' END
    FROM bench.history WHERE NOT is_refund;
INSERT INTO idempotency_keys (key, user_id, operation, status, created_at)
    SELECT md5(n::text)::uuid::text, user_id, bench.operation(n), 'started', at FROM bench.history WHERE NOT is_refund;
INSERT INTO credit_ledger (user_id, delta, balance_after, operation_type, description, metadata, created_at)
    SELECT user_id, CASE WHEN is_refund THEN cost ELSE -cost END, balance, bench.operation(n),
        bench.operation(n) || CASE WHEN is_refund THEN ' refund' ELSE ' generation' END,
        jsonb_build_object('job_id', md5('job' || CASE WHEN is_refund THEN n - users ELSE n END)::uuid,
            'idempotency_key', md5(n::text)::uuid)
            || '{"prompt": "a lighthouse at dusk", "size": "1024x1024"}', at
    FROM bench.history;
RESET session_replication_role;
