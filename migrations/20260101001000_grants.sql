-- Lots of credits: why somebody has them. Promotional credits go to the free part of a balance, paid ones to the paid
-- part.

CREATE TABLE IF NOT EXISTS credits.grants (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    user_id uuid NOT NULL REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    category text NOT NULL CONSTRAINT grants_category_is_known CHECK (category IN ('promotional', 'paid')),
    credits bigint NOT NULL CONSTRAINT grants_credits_are_positive CHECK (credits > 0),
    source text NOT NULL CONSTRAINT grants_source_is_known CHECK (source IN ('sign_up', 'receipt', 'manual', 'adjustment')),
    receipt_id uuid CONSTRAINT grants_receipt_counts_once UNIQUE REFERENCES credits.receipts (id) ON DELETE RESTRICT,
    idempotency_key text CONSTRAINT grants_idempotency_key_fits CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    reason text,
    granted_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT grants_key_is_unique_for_the_user UNIQUE (user_id, idempotency_key),
    CONSTRAINT grants_receipt_means_paid
        CHECK ((source = 'receipt') = (receipt_id IS NOT NULL) AND (source <> 'receipt' OR category = 'paid')),
    CONSTRAINT grants_manual_has_key_and_reason
        CHECK (source <> 'manual' OR (idempotency_key IS NOT NULL AND reason IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS grants_sign_up_counts_once ON credits.grants (user_id) WHERE source = 'sign_up';

SELECT credits.secure_table('credits.grants', 'user_id');
GRANT SELECT ON credits.grants TO credits_app, service_role;
GRANT SELECT (id, user_id, category, credits, source, receipt_id, created_at) ON credits.grants TO authenticated;
