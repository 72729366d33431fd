-- Seals form a chain of hashes over ledger and audit log: a row that is changed, removed or added afterwards no longer
-- matches the seal that covers it. Sealing happens beside the charges, never in them. docs/decisions has the exact text
-- that is hashed. Append-only.

CREATE TABLE IF NOT EXISTS credits.seals (
    id bigint PRIMARY KEY CONSTRAINT seals_count_from_one CHECK (id > 0),
    first_entry_id bigint NOT NULL,
    last_entry_id bigint NOT NULL,
    entries bigint NOT NULL CONSTRAINT seals_entries_are_counted CHECK (entries >= 0),
    first_action_id bigint NOT NULL,
    last_action_id bigint NOT NULL,
    actions bigint NOT NULL CONSTRAINT seals_actions_are_counted CHECK (actions >= 0),
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL CONSTRAINT seals_hash_is_sha256 CHECK (length(hash) = 32),
    CONSTRAINT seals_ranges_rise CHECK (last_entry_id >= first_entry_id - 1 AND last_action_id >= first_action_id - 1)
);
COMMENT ON COLUMN credits.seals.entries IS 'Ledger entries with ids of the range, without those of demo users.';
COMMENT ON COLUMN credits.seals.actions IS 'Rows of the audit log with ids of the range, without those of demo users.';
COMMENT ON COLUMN credits.seals.previous_hash IS 'The hash of the seal before; empty for the first one.';
SELECT credits.make_append_only('credits.seals');
SELECT credits.secure_table('credits.seals');
GRANT SELECT ON credits.seals TO credits_app, service_role;

-- The step before a seal: up to here, once the transactions that wrote at that moment have ended. An id that is handed out
-- may become visible long after a higher one; when its writer has ended it is there, or it never will be.
CREATE TABLE IF NOT EXISTS credits.seal_marks (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT seal_marks_has_one_row CHECK (only_row),
    entry_id bigint NOT NULL,
    action_id bigint NOT NULL,
    writers text[] NOT NULL
);
COMMENT ON COLUMN credits.seal_marks.writers IS 'Virtual ids of the transactions that were writing, as pg_locks shows them.';
SELECT credits.secure_table('credits.seal_marks');

-- What the background check found, for every instance of the app to read.
CREATE TABLE IF NOT EXISTS credits.ledger_checks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    scope text NOT NULL CONSTRAINT ledger_checks_scope_is_known CHECK (scope IN ('full', 'recent')),
    entry_id bigint NOT NULL,
    seal_id bigint,
    seal_hash bytea,
    broken jsonb NOT NULL,
    violations bigint NOT NULL,
    unsound boolean NOT NULL,
    CONSTRAINT ledger_checks_count_what_is_broken CHECK ((violations = 0) = (broken = '[]'))
);
COMMENT ON COLUMN credits.ledger_checks.scope IS
    'full: every row. recent: entries after the last sealed one of the check before, and their accounts and jobs.';
COMMENT ON COLUMN credits.ledger_checks.entry_id IS 'The last sealed entry: the next recent check begins after it.';
COMMENT ON COLUMN credits.ledger_checks.seal_hash IS 'The last seal''s hash at that time: it must never be missing later.';
COMMENT ON COLUMN credits.ledger_checks.broken IS 'The broken invariants, each with how often and one example.';
COMMENT ON COLUMN credits.ledger_checks.unsound IS
    'Something other than I12 is broken: late jobs need attention, but the books are right.';
CREATE INDEX IF NOT EXISTS ledger_checks_full ON credits.ledger_checks (id) WHERE scope = 'full';
SELECT credits.secure_table('credits.ledger_checks');
GRANT SELECT ON credits.ledger_checks TO credits_app;
