-- What happened to every credit. Append-only; seq has no gaps for a user, and every entry says what the balance was
-- after it.

CREATE TABLE IF NOT EXISTS credits.ledger_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    seq bigint NOT NULL CONSTRAINT ledger_entries_seq_starts_at_one CHECK (seq > 0),
    kind text NOT NULL CONSTRAINT ledger_entries_kind_is_known
        CHECK (kind IN ('grant', 'purchase', 'charge', 'refund', 'clawback', 'expiry', 'adjustment')),
    delta bigint NOT NULL,
    free_delta bigint NOT NULL,
    balance_after bigint NOT NULL,
    free_after bigint NOT NULL,
    job_id uuid REFERENCES credits.jobs (id) ON DELETE RESTRICT,
    receipt_id uuid REFERENCES credits.receipts (id) ON DELETE RESTRICT,
    grant_id uuid REFERENCES credits.grants (id) ON DELETE RESTRICT,
    actor text NOT NULL,
    via text NOT NULL
        CONSTRAINT ledger_entries_via_is_known CHECK (via IN ('console', 'api', 'cli', 'sql', 'system', 'user')),
    request_id text,
    reason text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT ledger_entries_seq_is_unique_for_the_user UNIQUE (user_id, seq),
    CONSTRAINT ledger_entries_sign_follows_kind CHECK (CASE
        WHEN kind IN ('grant', 'purchase', 'refund') THEN delta > 0
        WHEN kind IN ('charge', 'clawback', 'expiry') THEN delta < 0
        ELSE delta <> 0 END),
    CONSTRAINT ledger_entries_parts_share_the_sign
        CHECK (free_delta BETWEEN least(delta, 0) AND greatest(delta, 0)),
    CONSTRAINT ledger_entries_balance_is_never_negative CHECK (free_after BETWEEN 0 AND balance_after),
    CONSTRAINT ledger_entries_point_to_their_cause CHECK (CASE
        WHEN kind IN ('charge', 'refund') THEN job_id IS NOT NULL
        WHEN kind = 'purchase' THEN receipt_id IS NOT NULL AND grant_id IS NOT NULL
        WHEN kind = 'grant' THEN grant_id IS NOT NULL
        ELSE true END)
);
COMMENT ON COLUMN credits.ledger_entries.delta IS 'Credits, free and paid together; the paid part is delta - free_delta.';
CREATE INDEX IF NOT EXISTS ledger_entries_by_kind ON credits.ledger_entries (kind, id);
CREATE INDEX IF NOT EXISTS ledger_entries_by_time ON credits.ledger_entries (created_at);
-- From a cause to its entries; the ids rise with time, so these grow at their end.
CREATE INDEX IF NOT EXISTS ledger_entries_by_job ON credits.ledger_entries (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ledger_entries_by_receipt ON credits.ledger_entries (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ledger_entries_by_grant ON credits.ledger_entries (grant_id) WHERE grant_id IS NOT NULL;

SELECT credits.make_append_only('credits.ledger_entries');
SELECT credits.secure_table('credits.ledger_entries', 'user_id');
GRANT SELECT ON credits.ledger_entries TO credits_app, service_role;
-- No actor and no reason: users never see which of the staff did something, nor their words.
GRANT SELECT (id, user_id, seq, kind, delta, free_delta, balance_after, free_after, job_id, receipt_id, grant_id,
    created_at) ON credits.ledger_entries TO authenticated;

CREATE OR REPLACE VIEW public.ledger_entries WITH (security_invoker = true) AS
    SELECT e.id, e.user_id, e.seq, e.kind, e.delta, e.free_delta, e.balance_after, e.free_after,
        e.job_id, e.receipt_id, e.grant_id, e.created_at, j.operation, g.source AS grant_source
    FROM credits.ledger_entries e
    LEFT JOIN credits.jobs j ON j.id = e.job_id
    LEFT JOIN credits.grants g ON g.id = e.grant_id;
REVOKE ALL ON public.ledger_entries FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.ledger_entries TO authenticated, service_role, credits_app;
