-- One job per charge. The row is also the idempotency record of its charge: the key is unique for the user, and what
-- was asked (operation, cost, metadata) stands in the row, so a repeated request is compared with it column by column.

DO $type$
BEGIN
    IF to_regtype('public.job_result') IS NULL THEN
        CREATE TYPE public.job_result AS (
            id uuid, user_id uuid, operation text, status text, cost bigint, refunded bigint, metadata jsonb,
            created_at timestamptz, finished_at timestamptz, error text,
            available bigint, free bigint, paid bigint, replayed boolean);
    END IF;
END
$type$;

CREATE TABLE IF NOT EXISTS credits.jobs (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    user_id uuid NOT NULL REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    idempotency_key text NOT NULL
        CONSTRAINT jobs_idempotency_key_fits CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    operation text NOT NULL CONSTRAINT jobs_operation_fits CHECK (length(operation) BETWEEN 1 AND 100),
    cost bigint NOT NULL CONSTRAINT jobs_cost_is_positive CHECK (cost > 0),
    free_cost bigint NOT NULL CONSTRAINT jobs_free_cost_is_part_of_cost CHECK (free_cost BETWEEN 0 AND cost),
    refunded bigint NOT NULL DEFAULT 0 CONSTRAINT jobs_refund_is_part_of_cost CHECK (refunded BETWEEN 0 AND cost),
    charge_seq bigint NOT NULL,
    status text NOT NULL DEFAULT 'pending' CONSTRAINT jobs_status_is_known
        CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'expired')),
    metadata jsonb NOT NULL DEFAULT '{}',
    error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    CONSTRAINT jobs_key_is_unique_for_the_user UNIQUE (user_id, idempotency_key),
    CONSTRAINT jobs_open_means_nothing_given_back
        CHECK (status NOT IN ('pending', 'processing') OR (refunded = 0 AND finished_at IS NULL)),
    CONSTRAINT jobs_failed_means_all_given_back CHECK (status NOT IN ('failed', 'expired') OR refunded = cost),
    CONSTRAINT jobs_finished_has_a_time CHECK (status IN ('pending', 'processing') OR finished_at IS NOT NULL)
);
COMMENT ON COLUMN credits.jobs.cost IS 'Credits charged when the job was created.';
COMMENT ON COLUMN credits.jobs.free_cost IS 'The part of cost that was paid with free credits.';
COMMENT ON COLUMN credits.jobs.refunded IS 'Credits given back, because the job failed or cost less than was charged.';
COMMENT ON COLUMN credits.jobs.charge_seq IS 'The seq of the charge in the user''s ledger.';
CREATE INDEX IF NOT EXISTS jobs_by_user ON credits.jobs (user_id, id);
CREATE INDEX IF NOT EXISTS jobs_by_status ON credits.jobs (status, id);
CREATE INDEX IF NOT EXISTS jobs_by_operation ON credits.jobs (operation, id);

SELECT credits.secure_table('credits.jobs', 'user_id');
GRANT SELECT ON credits.jobs TO credits_app, service_role;
GRANT SELECT (id, user_id, operation, cost, free_cost, refunded, status, metadata, error, created_at, finished_at)
    ON credits.jobs TO authenticated;

CREATE OR REPLACE VIEW public.jobs WITH (security_invoker = true) AS
    SELECT j.id, j.user_id, j.operation, j.status, j.cost, j.free_cost, j.refunded, j.metadata, j.error,
        j.created_at, j.finished_at
    FROM credits.jobs j;
REVOKE ALL ON public.jobs FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.jobs TO authenticated, service_role, credits_app;
