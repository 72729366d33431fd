-- One job per charge. The row is also the idempotency record of its charge: the key is unique for the user, and what
-- was asked (operation, cost, metadata) stands in the row, so a repeated request is compared with it column by column.

DO $type$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('public.job_result') AND attname = 'deadline') THEN
        DROP TYPE IF EXISTS public.job_result CASCADE;
        CREATE TYPE public.job_result AS (
            id uuid, user_id uuid, operation text, status text, cost bigint, refunded bigint, metadata jsonb,
            created_at timestamptz, deadline timestamptz, finished_at timestamptz, error text,
            available bigint, free bigint, paid bigint, replayed boolean);
    END IF;
END
$type$;

CREATE TABLE IF NOT EXISTS credits.jobs (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    user_id uuid NOT NULL,
    cost bigint NOT NULL CONSTRAINT jobs_cost_is_positive CHECK (cost > 0),
    free_cost bigint NOT NULL CONSTRAINT jobs_free_cost_is_part_of_cost CHECK (free_cost BETWEEN 0 AND cost),
    charge_seq bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deadline timestamptz NOT NULL,
    caller_id integer NOT NULL,
    refunded bigint CONSTRAINT jobs_refund_is_part_of_cost CHECK (refunded BETWEEN 0 AND cost),
    staff_refunded bigint,
    finish_seq bigint,
    finished_at timestamptz,
    status text NOT NULL DEFAULT 'pending' CONSTRAINT jobs_status_is_known
        CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'expired')),
    operation text NOT NULL CONSTRAINT jobs_operation_fits CHECK (length(operation) BETWEEN 1 AND 100),
    idempotency_key bytea NOT NULL
        CONSTRAINT jobs_idempotency_key_fits CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    metadata jsonb,
    error text,
    burn_order bigint[],
    CONSTRAINT jobs_open_means_nothing_given_back CHECK ((status IN ('pending', 'processing')) = (finished_at IS NULL)
        AND (finished_at IS NULL) = (refunded IS NULL) AND (finished_at IS NULL) = (finish_seq IS NULL)),
    CONSTRAINT jobs_failed_means_all_given_back CHECK (status NOT IN ('failed', 'expired') OR refunded = cost),
    CONSTRAINT jobs_staff_refund_completed_ones
        CHECK (staff_refunded IS NULL OR (status = 'completed' AND staff_refunded BETWEEN 1 AND refunded))
);
COMMENT ON COLUMN credits.jobs.cost IS 'Credits charged when the job was created.';
COMMENT ON COLUMN credits.jobs.free_cost IS 'The part of cost that was paid with free credits.';
COMMENT ON COLUMN credits.jobs.refunded IS 'Credits given back: the job failed, cost less, or staff refunded them.';
COMMENT ON COLUMN credits.jobs.staff_refunded IS 'The part of refunded that staff gave back after the job was completed.';
COMMENT ON COLUMN credits.jobs.burn_order IS 'The account''s when the job was charged: what a smaller cost would have taken.';
COMMENT ON COLUMN credits.jobs.charge_seq IS 'The seq of the charge in the user''s ledger.';
COMMENT ON COLUMN credits.jobs.finish_seq IS 'The seq of the user''s last ledger entry when the job had been finished.';
COMMENT ON COLUMN credits.jobs.idempotency_key IS 'As credits.pack_key stores it.';
-- 64 bits of caller and key stand for both: a third of the index. That two keys of one user meet there by chance is
-- less likely than a broken disk; the second one would be refused as reused, and nothing else.
CREATE UNIQUE INDEX IF NOT EXISTS jobs_request_counts_once
    ON credits.jobs (user_id, hashtextextended(encode(idempotency_key, 'hex'), caller_id));
-- Open jobs are few: the reaper reads all of these entries, and a balance those of its user, without a look at the table.
DROP INDEX IF EXISTS credits.jobs_open_by_deadline;
CREATE INDEX IF NOT EXISTS jobs_open_by_user ON credits.jobs (user_id, deadline) INCLUDE (cost) WHERE finished_at IS NULL;
CREATE INDEX IF NOT EXISTS jobs_failed ON credits.jobs (id) WHERE status IN ('failed', 'expired');
-- A list of a rare operation's jobs is instant because of this one. Ids rise, so each operation has one page that fills up.
CREATE INDEX IF NOT EXISTS jobs_by_operation ON credits.jobs (operation, id);

SELECT credits.forbid_truncate('credits.jobs');
SELECT credits.secure_table('credits.jobs', 'user_id');
GRANT SELECT ON credits.jobs TO credits_app, service_role;
GRANT SELECT (id, user_id, operation, cost, free_cost, refunded, status, metadata, error, created_at, deadline,
    finished_at, charge_seq)
    ON credits.jobs TO authenticated;

CREATE OR REPLACE VIEW public.jobs WITH (security_invoker = true) AS
    SELECT j.id, j.user_id, j.operation, j.status, j.cost, j.free_cost, coalesce(j.refunded, 0) AS refunded,
        coalesce(j.metadata, '{}') AS metadata, j.error, j.created_at, j.deadline, j.finished_at,
        j.charge_seq
    FROM credits.jobs j;
REVOKE ALL ON public.jobs FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.jobs TO authenticated, service_role, credits_app;
