-- Below so many credits a balance is low, for accounts without a threshold of their own; 0 means never. A constant that
-- credits.watch_low_balance replaces when the setting changes: the planner writes it into the statements that ask, so that a
-- charge pays for a comparison and not for a look at the settings.
DO $constant$
BEGIN
    IF to_regprocedure('credits.low_balance()') IS NULL THEN
        CREATE FUNCTION credits.low_balance() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 0::bigint';
    END IF;
END
$constant$;

-- An account's balance has crossed its threshold: tells it, in the same transaction. Always true, so that a statement can call
-- it where it finds that out. The first credits of an account are no recovery.
CREATE OR REPLACE FUNCTION credits.tell_balance_crossed(
    p_user_id uuid, p_free bigint, p_paid bigint, p_version bigint, p_low_at bigint, p_recovered boolean)
RETURNS boolean LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_version > 1 THEN
        PERFORM emit_event(CASE WHEN p_recovered THEN 'balance.recovered' ELSE 'balance.low' END, p_user_id,
            jsonb_build_object('user', p_user_id, 'available', p_free + p_paid, 'free', p_free, 'paid', p_paid,
                'version', p_version, 'low_balance', p_low_at));
    END IF;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION credits.low_balance, credits.tell_balance_crossed FROM PUBLIC;

-- The one place where credits move, but for the batch of charges. Adds the deltas to the account and writes the ledger
-- entry that says so. Lock order of every money function: receipt, job or adjustment, then account, then its lots. One
-- account per call, never two.
-- Raises CR002 for an unknown user; the account's CHECKs stop what would go below zero.
DROP FUNCTION IF EXISTS credits.post_entry(uuid, text, bigint, bigint, integer, text, text, uuid, uuid, uuid, uuid);
CREATE OR REPLACE FUNCTION credits.post_entry(
    p_user_id uuid, p_kind text, p_free_delta bigint, p_paid_delta bigint,
    p_caller_id integer, p_request_id text, p_reason text DEFAULT NULL,
    p_job_id uuid DEFAULT NULL, p_receipt_id uuid DEFAULT NULL, p_grant_id uuid DEFAULT NULL,
    p_adjustment_id uuid DEFAULT NULL, p_reverses_id bigint DEFAULT NULL)
RETURNS credits.ledger_entries LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
BEGIN
    PERFORM set_config('credits.posting', 'on', true);
    WITH moved AS (
        UPDATE accounts a
        SET free = a.free + p_free_delta, paid = a.paid + p_paid_delta, version = a.version + 1, free_before = a.free
        WHERE a.user_id = p_user_id RETURNING a.free, a.paid, a.version, coalesce(a.low_at, low_balance()) AS low_at)
    INSERT INTO ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after,
        job_id, receipt_id, grant_id, adjustment_id, reverses_id, caller_id, request_id, reason)
    SELECT p_user_id, m.version, p_kind, p_free_delta + p_paid_delta, p_free_delta, m.free + m.paid, m.free,
        p_job_id, p_receipt_id, p_grant_id, p_adjustment_id, p_reverses_id,
        CASE WHEN p_kind <> 'charge' THEN p_caller_id END, p_request_id, p_reason
    FROM moved m
    -- Looks like a condition and always holds; CASE sees to it that it is asked of the few that cross only.
    WHERE CASE WHEN (m.free + m.paid >= m.low_at) <> (m.free + m.paid - p_free_delta - p_paid_delta >= m.low_at)
        THEN tell_balance_crossed(p_user_id, m.free, m.paid, m.version, m.low_at, m.free + m.paid >= m.low_at) ELSE true END
    RETURNING * INTO v_entry;
    PERFORM set_config('credits.posting', 'off', true);
    IF v_entry.id IS NULL THEN
        PERFORM refuse('CR002', 'There is no account for this user.', jsonb_build_object('user_id', p_user_id));
    END IF;
    RETURN v_entry;
END
$$;
REVOKE ALL ON FUNCTION credits.post_entry FROM PUBLIC;
