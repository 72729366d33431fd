-- Payments that somebody claims or that staff record: pending until an admin verifies or rejects them, each exactly
-- once.

DO $type$
BEGIN
    IF to_regtype('public.receipt_result') IS NULL THEN
        CREATE TYPE public.receipt_result AS (
            id uuid, user_id uuid, status text, credits bigint, entry_id bigint,
            available_before bigint, available bigint, free bigint, paid bigint, replayed boolean);
    END IF;
END
$type$;

-- BMC-123, bmc 123 and "#BMC_123" are one reference: letters and digits count, upper case.
CREATE OR REPLACE FUNCTION credits.normalize_reference(p_reference text)
RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT nullif(regexp_replace(upper(p_reference), '[^A-Z0-9]', '', 'g'), '')
$$;

CREATE TABLE IF NOT EXISTS credits.receipts (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    user_id uuid NOT NULL REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    provider text NOT NULL CONSTRAINT receipts_provider_is_known CHECK (provider IN ('bmc', 'stripe', 'manual')),
    reference text CONSTRAINT receipts_reference_fits CHECK (length(reference) BETWEEN 1 AND 100),
    reference_key text GENERATED ALWAYS AS (credits.normalize_reference(reference)) STORED,
    amount_cents bigint NOT NULL CONSTRAINT receipts_amount_in_range CHECK (amount_cents BETWEEN 0 AND 100000000),
    currency text NOT NULL DEFAULT 'USD' CONSTRAINT receipts_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    status text NOT NULL DEFAULT 'pending'
        CONSTRAINT receipts_status_is_known CHECK (status IN ('pending', 'verified', 'rejected')),
    credits bigint CONSTRAINT receipts_credits_are_positive CHECK (credits > 0),
    note text,
    claimed_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by text,
    decided_at timestamptz,
    decision_reason text,
    CONSTRAINT receipts_reference_has_letters_or_digits CHECK (reference IS NULL OR reference_key IS NOT NULL),
    CONSTRAINT receipts_decision_is_whole
        CHECK ((status = 'pending') = (decided_by IS NULL) AND (status = 'pending') = (decided_at IS NULL)),
    CONSTRAINT receipts_verified_means_credits CHECK ((status = 'verified') = (credits IS NOT NULL)),
    CONSTRAINT receipts_rejected_means_a_reason CHECK (status <> 'rejected' OR decision_reason IS NOT NULL)
);
-- A rejected claim does not block the payment's true owner.
CREATE UNIQUE INDEX IF NOT EXISTS receipts_reference_is_unique
    ON credits.receipts (provider, reference_key) WHERE status <> 'rejected';
CREATE INDEX IF NOT EXISTS receipts_by_user ON credits.receipts (user_id, id);
CREATE INDEX IF NOT EXISTS receipts_by_status ON credits.receipts (status, id);
CREATE INDEX IF NOT EXISTS receipts_by_reference ON credits.receipts (reference_key, id) WHERE reference_key IS NOT NULL;

SELECT credits.secure_table('credits.receipts', 'user_id');
GRANT SELECT ON credits.receipts TO credits_app, service_role;
GRANT SELECT (id, user_id, provider, reference, amount_cents, currency, status, credits, created_at, decided_at,
    decision_reason) ON credits.receipts TO authenticated;

CREATE OR REPLACE VIEW public.receipts WITH (security_invoker = true) AS
    SELECT r.id, r.user_id, r.provider, r.reference, r.amount_cents, r.currency, r.status, r.credits, r.created_at,
        r.decided_at, r.decision_reason
    FROM credits.receipts r;
REVOKE ALL ON public.receipts FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.receipts TO authenticated, service_role, credits_app;
