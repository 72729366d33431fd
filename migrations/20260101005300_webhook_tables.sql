-- Outbound webhooks: where to, what happened, and what became of telling it. An event is written in the transaction of its
-- effect, with one delivery for each endpoint that wants it; a worker sends what is due.

CREATE TABLE IF NOT EXISTS credits.webhook_endpoints (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    url text NOT NULL CONSTRAINT webhook_endpoints_url_fits CHECK (length(url) BETWEEN 1 AND 2000 AND url ~ '^https?://'),
    events text[] NOT NULL CONSTRAINT webhook_endpoints_events_are_known CHECK (cardinality(events) > 0 AND events <@ ARRAY[
        'balance.low', 'balance.recovered', 'job.refunded', 'receipt.verified', 'grant.expiring']),
    enabled boolean NOT NULL DEFAULT true,
    disabled_reason text,
    failing_since timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    removed_at timestamptz,
    CONSTRAINT webhook_endpoints_removed_ones_are_off CHECK (removed_at IS NULL OR NOT enabled)
);
COMMENT ON COLUMN credits.webhook_endpoints.failing_since IS 'The first failure after the last success; NULL while it works.';
COMMENT ON COLUMN credits.webhook_endpoints.removed_at IS 'Removed rows stay until their deliveries are forgotten: what '
    'charges credits must never wait for, or fail at, an endpoint that goes.';
CREATE UNIQUE INDEX IF NOT EXISTS webhook_endpoints_url_is_unique ON credits.webhook_endpoints (url) WHERE removed_at IS NULL;
SELECT credits.secure_table('credits.webhook_endpoints');
GRANT SELECT ON credits.webhook_endpoints TO credits_app;

-- Encrypted by the app, which alone can read them; several while one takes another's place.
CREATE TABLE IF NOT EXISTS credits.webhook_secrets (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    endpoint_id uuid NOT NULL REFERENCES credits.webhook_endpoints (id) ON DELETE CASCADE,
    sealed_secret bytea NOT NULL CONSTRAINT webhook_secrets_fit CHECK (length(sealed_secret) BETWEEN 32 AND 1000),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz
);
CREATE INDEX IF NOT EXISTS webhook_secrets_by_endpoint ON credits.webhook_secrets (endpoint_id, id);
SELECT credits.secure_table('credits.webhook_secrets');

CREATE TABLE IF NOT EXISTS credits.webhook_events (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    type text NOT NULL CONSTRAINT webhook_events_type_is_known CHECK (type IN (
        'balance.low', 'balance.recovered', 'job.refunded', 'receipt.verified', 'grant.expiring', 'ping')),
    user_id uuid,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON COLUMN credits.webhook_events.id IS 'Sent as msg_ and this, the same in every attempt.';
COMMENT ON COLUMN credits.webhook_events.payload IS 'The body, as jsonb prints it: the same bytes in every attempt.';
CREATE INDEX IF NOT EXISTS webhook_events_by_age ON credits.webhook_events (created_at);
SELECT credits.secure_table('credits.webhook_events');
GRANT SELECT ON credits.webhook_events TO credits_app;

CREATE TABLE IF NOT EXISTS credits.webhook_deliveries (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    event_id uuid NOT NULL REFERENCES credits.webhook_events (id) ON DELETE CASCADE,
    endpoint_id uuid NOT NULL REFERENCES credits.webhook_endpoints (id) ON DELETE RESTRICT,
    status text NOT NULL DEFAULT 'pending'
        CONSTRAINT webhook_deliveries_status_is_known CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    retries integer NOT NULL DEFAULT 0,
    under_way boolean NOT NULL DEFAULT false,
    next_attempt_at timestamptz DEFAULT clock_timestamp(),
    CONSTRAINT webhook_deliveries_pending_ones_are_due CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_only_pending_ones_are_sent CHECK (status = 'pending' OR NOT under_way)
);
COMMENT ON COLUMN credits.webhook_deliveries.attempts IS 'How often it was sent, or was about to be.';
COMMENT ON COLUMN credits.webhook_deliveries.retries IS 'Failures since it began, or since somebody sent it again.';
COMMENT ON COLUMN credits.webhook_deliveries.next_attempt_at IS
    'When it is due. While an attempt is under way: when that counts as lost.';
CREATE INDEX IF NOT EXISTS webhook_deliveries_due
    ON credits.webhook_deliveries (endpoint_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS webhook_deliveries_by_endpoint ON credits.webhook_deliveries (endpoint_id, id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_by_event ON credits.webhook_deliveries (event_id);
SELECT credits.secure_table('credits.webhook_deliveries');
GRANT SELECT ON credits.webhook_deliveries TO credits_app;

-- Every attempt, written before it begins: one without an end was lost with the process that made it. What the other side
-- answered is not kept, so that nobody reads through us what they could not reach themselves.
CREATE TABLE IF NOT EXISTS credits.webhook_attempts (
    delivery_id uuid NOT NULL REFERENCES credits.webhook_deliveries (id) ON DELETE CASCADE,
    number integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    duration_ms integer,
    status_code integer,
    error text,
    PRIMARY KEY (delivery_id, number)
);
SELECT credits.secure_table('credits.webhook_attempts');
GRANT SELECT ON credits.webhook_attempts TO credits_app;

-- The log: each delivery with its event and its last attempt.
CREATE OR REPLACE VIEW credits.webhook_log WITH (security_invoker = true) AS
    SELECT d.id, d.event_id, d.endpoint_id, e.type, e.user_id, e.payload::text AS payload, e.created_at, d.status, d.attempts,
        d.next_attempt_at, a.started_at AS last_attempt_at, a.status_code AS last_status_code, a.error AS last_error,
        a.duration_ms AS last_duration_ms
    FROM credits.webhook_deliveries d
    JOIN credits.webhook_events e ON e.id = d.event_id
    LEFT JOIN credits.webhook_attempts a ON a.delivery_id = d.id AND a.number = d.attempts;
REVOKE ALL ON credits.webhook_log FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON credits.webhook_log TO credits_app;

ALTER TABLE credits.grants ADD COLUMN IF NOT EXISTS expiry_told boolean NOT NULL DEFAULT false;
CREATE INDEX IF NOT EXISTS grants_to_tell ON credits.grants (due_at)
    WHERE status = 'open' AND due_at IS NOT NULL AND NOT expiry_told;
