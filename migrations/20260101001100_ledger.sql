-- What happened to every credit. Append-only; seq has no gaps for a user, and every entry says what the balance was
-- after it.

CREATE TABLE IF NOT EXISTS credits.ledger_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL,
    seq bigint NOT NULL CONSTRAINT ledger_entries_seq_starts_at_one CHECK (seq > 0),
    delta bigint NOT NULL,
    free_delta bigint NOT NULL,
    balance_after bigint NOT NULL,
    free_after bigint NOT NULL,
    job_id uuid,
    receipt_id uuid,
    grant_id uuid,
    adjustment_id uuid,
    reverses_id bigint CONSTRAINT ledger_entries_reverse_an_earlier_one CHECK (reverses_id < id),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    caller_id integer,
    kind text NOT NULL CONSTRAINT ledger_entries_kind_is_known
        CHECK (kind IN ('grant', 'purchase', 'charge', 'refund', 'clawback', 'expiry', 'adjustment')),
    request_id text,
    reason text,
    CONSTRAINT ledger_entries_seq_is_unique_for_the_user UNIQUE (user_id, seq),
    CONSTRAINT ledger_entries_sign_follows_kind CHECK (CASE
        WHEN kind IN ('grant', 'purchase', 'refund') THEN delta > 0
        WHEN kind IN ('charge', 'clawback', 'expiry') THEN delta < 0
        ELSE delta <> 0 END),
    CONSTRAINT ledger_entries_parts_share_the_sign
        CHECK (free_delta BETWEEN least(delta, 0) AND greatest(delta, 0)),
    CONSTRAINT ledger_entries_balance_is_never_negative CHECK (free_after BETWEEN 0 AND balance_after),
    CONSTRAINT ledger_entries_name_their_caller CHECK ((kind = 'charge') = (caller_id IS NULL)),
    CONSTRAINT ledger_entries_point_to_their_cause CHECK (CASE
        WHEN kind IN ('charge', 'refund') THEN job_id IS NOT NULL
        WHEN kind = 'purchase' THEN receipt_id IS NOT NULL AND grant_id IS NOT NULL
        WHEN kind = 'adjustment' THEN adjustment_id IS NOT NULL
        ELSE grant_id IS NOT NULL END)
);
COMMENT ON COLUMN credits.ledger_entries.delta IS 'Credits, free and paid together; the paid part is delta - free_delta.';
COMMENT ON COLUMN credits.ledger_entries.reverses_id IS 'The entry that this one undoes.';
COMMENT ON COLUMN credits.ledger_entries.caller_id IS 'Who did it. The caller of a charge stands in its job.';
-- Charges are nearly all there is: what is not a charge has its own small indexes, and charges pay for none of them.
CREATE INDEX IF NOT EXISTS ledger_entries_by_kind ON credits.ledger_entries (kind, id) WHERE kind <> 'charge';
CREATE INDEX IF NOT EXISTS ledger_entries_refunds ON credits.ledger_entries (job_id) WHERE kind = 'refund';
CREATE INDEX IF NOT EXISTS ledger_entries_by_receipt ON credits.ledger_entries (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ledger_entries_by_grant ON credits.ledger_entries (grant_id) WHERE grant_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS ledger_entries_adjustment_counts_once
    ON credits.ledger_entries (adjustment_id) WHERE adjustment_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS ledger_entries_are_reversed_once
    ON credits.ledger_entries (reverses_id) WHERE reverses_id IS NOT NULL;

-- An entry follows the one before it and ends where the account stands. The functions that move credits compute it so;
-- from anybody else, the owner too, every entry is checked and any other one refused.
CREATE OR REPLACE FUNCTION credits.check_chain()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n
        LEFT JOIN ledger_entries p ON p.user_id = n.user_id AND p.seq = n.seq - 1
        LEFT JOIN accounts a ON a.user_id = n.user_id
        WHERE (p.seq IS NULL AND n.seq > 1)
            OR n.balance_after <> coalesce(p.balance_after, 0) + n.delta
            OR n.free_after <> coalesce(p.free_after, 0) + n.free_delta
            OR a.version IS NULL OR a.version < n.seq
            OR (a.version = n.seq AND (a.free <> n.free_after OR a.paid <> n.balance_after - n.free_after)))
    THEN
        RAISE EXCEPTION 'a ledger entry must follow the one before it and end at the account''s balance'
            USING ERRCODE = '23514', CONSTRAINT = 'ledger_entries_form_a_chain';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER ledger_entries_form_a_chain AFTER INSERT ON credits.ledger_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    WHEN (current_setting('credits.posting', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION credits.check_chain();
REVOKE ALL ON FUNCTION credits.check_chain FROM PUBLIC;

SELECT credits.make_append_only('credits.ledger_entries');
SELECT credits.secure_table('credits.ledger_entries', 'user_id');
GRANT SELECT ON credits.ledger_entries TO credits_app, service_role;
-- No actor and no reason: users never see which of the staff did something, nor their words.
GRANT SELECT (id, user_id, seq, kind, delta, free_delta, balance_after, free_after, job_id, receipt_id, grant_id,
    created_at, reverses_id) ON credits.ledger_entries TO authenticated;
