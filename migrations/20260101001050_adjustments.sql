-- What staff correct by hand: adjustments, reversals of ledger entries and refunds of completed jobs. Each is asked for
-- once. It is posted at once or, above the limit and for one's own account, when a second admin approves it. The row is
-- also the idempotency record of its request.

DO $type$
BEGIN
    IF to_regtype('public.adjustment_result') IS NULL THEN
        CREATE TYPE public.adjustment_result AS (
            id uuid, user_id uuid, category text, delta bigint, status text, reverses bigint, job_id uuid, entry_id bigint,
            available_before bigint, available bigint, free bigint, paid bigint, approval_limit bigint,
            requested_at timestamptz, deadline timestamptz, replayed boolean);
    END IF;
END
$type$;

CREATE TABLE IF NOT EXISTS credits.adjustments (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    user_id uuid NOT NULL REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    category text CONSTRAINT adjustments_category_is_known CHECK (category IN ('promotional', 'paid')),
    delta bigint NOT NULL CONSTRAINT adjustments_move_something CHECK (delta <> 0),
    reason text NOT NULL CONSTRAINT adjustments_reason_fits CHECK (length(reason) BETWEEN 1 AND 500),
    reverses bigint,
    job_id uuid,
    status text NOT NULL CONSTRAINT adjustments_status_is_known
        CHECK (status IN ('pending', 'posted', 'rejected', 'expired')),
    caller_id integer NOT NULL REFERENCES credits.callers (id) ON DELETE RESTRICT,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL CONSTRAINT adjustments_wait_for_a_while CHECK (deadline > requested_at),
    approval_limit bigint NOT NULL,
    decided_by text,
    decided_at timestamptz,
    decision_reason text,
    idempotency_key text NOT NULL
        CONSTRAINT adjustments_idempotency_key_fits CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    request uuid NOT NULL,
    CONSTRAINT adjustments_request_counts_once UNIQUE (user_id, caller_id, idempotency_key),
    CONSTRAINT adjustments_have_a_category_or_a_job CHECK ((category IS NULL) = (job_id IS NOT NULL)),
    CONSTRAINT adjustments_of_jobs_give_back CHECK (job_id IS NULL OR delta > 0),
    CONSTRAINT adjustments_are_decided_in_the_end CHECK ((status = 'pending') = (decided_at IS NULL)
        AND (decided_by IS NULL OR status IN ('posted', 'rejected'))),
    CONSTRAINT adjustments_rejection_says_who_and_why
        CHECK ((status = 'rejected') = (decision_reason IS NOT NULL) AND (status <> 'rejected' OR decided_by IS NOT NULL)),
    CONSTRAINT adjustments_approver_is_somebody_else
        CHECK (status <> 'posted' OR (decided_by <> requested_by AND decided_by <> 'staff:' || user_id::text
            AND decided_by LIKE 'staff:%') IS NOT FALSE),
    CONSTRAINT adjustments_above_the_limit_have_two_persons CHECK (status <> 'posted' OR decided_by IS NOT NULL
        OR (abs(delta) <= approval_limit AND requested_by <> 'staff:' || user_id::text))
);
COMMENT ON COLUMN credits.adjustments.category IS 'Which part of the balance moves. NULL for a job: the parts that paid for it.';
COMMENT ON COLUMN credits.adjustments.reverses IS 'The ledger entry that this undoes.';
COMMENT ON COLUMN credits.adjustments.job_id IS 'The completed job whose credits go back.';
COMMENT ON COLUMN credits.adjustments.approval_limit IS 'The limit that was in force when it was asked for, in credits.';
COMMENT ON COLUMN credits.adjustments.decided_by IS 'Who approved or rejected it. NULL when it was posted at once or expired.';
COMMENT ON COLUMN credits.adjustments.request IS 'A digest of what was asked: MD5, for telling apart, not for secrecy.';
CREATE UNIQUE INDEX IF NOT EXISTS adjustments_reverse_an_entry_once
    ON credits.adjustments (reverses) WHERE status IN ('pending', 'posted');
CREATE INDEX IF NOT EXISTS adjustments_waiting ON credits.adjustments (deadline) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS adjustments_by_user ON credits.adjustments (user_id, id);

-- What was asked for stays as it was asked for, with the limit of that moment, and is decided once: for the owner too.
CREATE OR REPLACE FUNCTION credits.guard_adjustment()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_free constant text[] := ARRAY['status', 'decided_by', 'decided_at', 'decision_reason'];
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'pending' OR to_jsonb(NEW) - v_free <> to_jsonb(OLD) - v_free) THEN
        RAISE EXCEPTION 'an adjustment is decided once, and what was asked for stays' USING ERRCODE = '42501';
    ELSIF TG_OP = 'INSERT' AND (NEW.decided_by IS NOT NULL OR NEW.status NOT IN ('pending', 'posted')
        OR NEW.approval_limit <> (SELECT s.approval_limit FROM settings s)
        OR NEW.requested_by <> (SELECT c.actor FROM callers c WHERE c.id = NEW.caller_id)
        OR (NEW.reverses IS NOT NULL AND NOT EXISTS (
            SELECT FROM ledger_entries e WHERE e.id = NEW.reverses AND e.user_id = NEW.user_id))) THEN
        RAISE EXCEPTION 'an adjustment begins undecided, with its caller, the limit in force and an entry of its user'
            USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER guard_adjustment BEFORE INSERT OR UPDATE ON credits.adjustments
    FOR EACH ROW EXECUTE FUNCTION credits.guard_adjustment();
CREATE OR REPLACE TRIGGER append_only_rows BEFORE DELETE ON credits.adjustments
    FOR EACH ROW EXECUTE FUNCTION credits.forbid_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON credits.adjustments
    FOR EACH STATEMENT EXECUTE FUNCTION credits.forbid_change();
REVOKE ALL ON FUNCTION credits.guard_adjustment FROM PUBLIC;

SELECT credits.secure_table('credits.adjustments');
GRANT SELECT ON credits.adjustments TO credits_app;
