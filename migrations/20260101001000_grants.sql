-- Lots of credits: why somebody has them, from when and until when. Promotional credits go to the free part of a balance,
-- paid ones to the paid part. Charges never touch a lot: what is left in it now follows from what was left at the user's
-- last boundary (a lot that began, expired or was voided) and from the balance; see credits.lots_at.

CREATE TABLE IF NOT EXISTS credits.grants (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    user_id uuid NOT NULL REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    category text NOT NULL CONSTRAINT grants_category_is_known CHECK (category IN ('promotional', 'paid')),
    credits bigint NOT NULL CONSTRAINT grants_credits_are_positive CHECK (credits > 0),
    source text NOT NULL CONSTRAINT grants_source_is_known
        CHECK (source IN ('sign_up', 'receipt', 'manual', 'refund', 'adjustment')),
    priority integer NOT NULL DEFAULT 100 CONSTRAINT grants_priority_in_range CHECK (priority BETWEEN 0 AND 1000),
    effective_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz CONSTRAINT grants_expire_after_they_begin CHECK (expires_at > effective_at),
    burns_at timestamptz NOT NULL DEFAULT 'infinity',
    status text NOT NULL DEFAULT 'scheduled'
        CONSTRAINT grants_status_is_known CHECK (status IN ('scheduled', 'open', 'expired', 'voided')),
    due_at timestamptz GENERATED ALWAYS AS
        (CASE status WHEN 'scheduled' THEN effective_at WHEN 'open' THEN expires_at END) STORED,
    remaining bigint NOT NULL DEFAULT 0 CONSTRAINT grants_remaining_is_part_of_credits CHECK (remaining BETWEEN 0 AND credits),
    receipt_id uuid CONSTRAINT grants_receipt_counts_once UNIQUE REFERENCES credits.receipts (id) ON DELETE RESTRICT,
    idempotency_key text CONSTRAINT grants_idempotency_key_fits CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    caller_id integer REFERENCES credits.callers (id) ON DELETE RESTRICT,
    reason text,
    granted_by text NOT NULL,
    granted_seq bigint,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_seq bigint,
    closed_at timestamptz,
    closed_by integer REFERENCES credits.callers (id) ON DELETE RESTRICT,
    close_reason text,
    CONSTRAINT grants_key_is_unique_for_user_and_caller UNIQUE (user_id, caller_id, idempotency_key),
    CONSTRAINT grants_receipt_means_paid
        CHECK ((source = 'receipt') = (receipt_id IS NOT NULL) AND (source <> 'receipt' OR category = 'paid')),
    CONSTRAINT grants_manual_has_caller_key_and_reason CHECK (source <> 'manual'
        OR (caller_id IS NOT NULL AND idempotency_key IS NOT NULL AND reason IS NOT NULL)),
    CONSTRAINT grants_burn_by_their_expiry CHECK (source = 'refund' OR burns_at = coalesce(expires_at, 'infinity')),
    CONSTRAINT grants_only_open_ones_hold_credits CHECK (status = 'open' OR remaining = 0),
    CONSTRAINT grants_closing_is_whole CHECK ((status IN ('expired', 'voided')) = (closed_seq IS NOT NULL)
        AND (closed_seq IS NULL) = (closed_at IS NULL) AND (closed_seq IS NULL) = (closed_by IS NULL))
);
COMMENT ON COLUMN credits.grants.priority IS 'Smaller is spent first; then what expires first, free before paid, older first.';
COMMENT ON COLUMN credits.grants.burns_at IS 'Its place among lots of one priority: when it expires. A refund''s lot has the '
    'place of the lot that it is spent before.';
COMMENT ON COLUMN credits.grants.due_at IS 'When the lot begins or expires next; NULL when nothing will happen by itself.';
COMMENT ON COLUMN credits.grants.remaining IS 'Credits left at the user''s last boundary, not now.';
COMMENT ON COLUMN credits.grants.granted_seq IS 'The seq of the user''s last entry when it had been granted: what a replay '
    'answers with.';
COMMENT ON COLUMN credits.grants.closed_seq IS 'The seq of the user''s last entry when it had expired or been voided.';
CREATE UNIQUE INDEX IF NOT EXISTS grants_sign_up_counts_once ON credits.grants (user_id) WHERE source = 'sign_up';
CREATE INDEX IF NOT EXISTS grants_due ON credits.grants (due_at) WHERE due_at IS NOT NULL;

SELECT credits.secure_table('credits.grants', 'user_id');
GRANT SELECT ON credits.grants TO credits_app, service_role;
GRANT SELECT (id, user_id, category, credits, source, receipt_id, priority, effective_at, expires_at, status, created_at)
    ON credits.grants TO authenticated;

-- What was left in a lot after its user's entry seq: a row for each boundary at which it was another number than before. So
-- every moment of the past can be explained as exactly as now.
CREATE TABLE IF NOT EXISTS credits.lot_remains (
    grant_id uuid NOT NULL REFERENCES credits.grants (id) ON DELETE RESTRICT,
    seq bigint NOT NULL,
    remaining bigint NOT NULL CONSTRAINT lot_remains_are_never_negative CHECK (remaining >= 0),
    user_id uuid NOT NULL,
    PRIMARY KEY (grant_id, seq)
);
SELECT credits.make_append_only('credits.lot_remains');
SELECT credits.secure_table('credits.lot_remains');
GRANT SELECT ON credits.lot_remains TO credits_app, service_role;
