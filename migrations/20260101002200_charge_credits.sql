-- Charges a job before it runs: creates the job and takes its cost from the user's lots in their order. The same caller,
-- user, key and request again returns the first result; with another operation, cost, metadata or time-out it is refused.
-- Lock: the request (only to tell CR016), then the account; while that is held no second charge of this user can run, so
-- looking for the key decides for good.
-- Raises CR001 shortage (balance, required, shortfall), CR002 unknown user, CR003 cost out of range, CR004 unusable key,
-- CR005 key used for another request, CR012 not allowed, CR013 unusable operation, metadata or time-out, CR016 the same
-- request is still under way after two seconds; 55P03 when the account is busy for as long.
DROP FUNCTION IF EXISTS public.charge_credits(uuid, text, bigint, text, jsonb, text, text, text);
CREATE OR REPLACE FUNCTION public.charge_credits(
    p_user_id uuid, p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb DEFAULT '{}',
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL,
    p_timeout_seconds integer DEFAULT NULL)
RETURNS public.job_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s'
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_caller_id integer;
BEGIN
    PERFORM authorize(p_actor, p_via, 'jobs:write');
    PERFORM check_charge(p_operation, p_cost, p_idempotency_key, p_metadata, p_timeout_seconds);
    v_caller_id := caller_id(p_actor, p_via);
    PERFORM lock_request(v_caller_id, p_idempotency_key);
    RETURN charge_job(p_user_id, p_operation, p_cost, p_idempotency_key, p_metadata, v_caller_id, p_request_id,
        p_timeout_seconds);
END
$$;

-- One checked charge, whole. Raises CR001, CR002 and CR005.
CREATE OR REPLACE FUNCTION credits.charge_job(
    p_user_id uuid, p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb,
    p_caller_id integer, p_request_id text, p_timeout_seconds integer)
RETURNS public.job_result LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
    v_job jobs;
    v_free bigint;
    v_now timestamptz;
    v_key constant bytea := pack_key(p_idempotency_key);
BEGIN
    v_account := lock_account(p_user_id);
    SELECT * INTO v_job FROM jobs j
    WHERE j.user_id = p_user_id
        AND hashtextextended(encode(j.idempotency_key, 'hex'), j.caller_id) = hashtextextended(encode(v_key, 'hex'), p_caller_id);
    IF FOUND THEN
        IF (v_job.idempotency_key, v_job.caller_id) IS DISTINCT FROM (v_key, p_caller_id) THEN
            PERFORM refuse('CR005', 'This idempotency key cannot be told from one that was used before. Use another.');
        END IF;
        RETURN replay_charge(v_job, p_operation, p_cost, p_metadata, p_timeout_seconds);
    END IF;

    IF v_account.free + v_account.paid < p_cost THEN
        PERFORM refuse('CR001', 'Not enough credits.', jsonb_build_object(
            'balance', v_account.free + v_account.paid, 'required', p_cost,
            'shortfall', p_cost - v_account.free - v_account.paid));
    END IF;
    v_free := split_charge(v_account, p_cost);
    v_now := clock_timestamp();
    INSERT INTO jobs (user_id, idempotency_key, operation, cost, free_cost, charge_seq, metadata, caller_id,
        created_at, deadline, burn_order)
    VALUES (p_user_id, v_key, p_operation, p_cost, v_free, v_account.version + 1, nullif(p_metadata, '{}'),
        p_caller_id, v_now, v_now + make_interval(secs => coalesce(p_timeout_seconds,
            (SELECT s.job_timeout_seconds FROM settings s))), v_account.burn_order)
    RETURNING * INTO v_job;
    RETURN charge_result(v_job, post_entry(p_user_id, 'charge', -v_free, v_free - p_cost, p_caller_id, p_request_id,
        p_job_id => v_job.id), false);
END
$$;

-- The first result again, or CR005 when something else is asked now.
CREATE OR REPLACE FUNCTION credits.replay_charge(
    p_job credits.jobs, p_operation text, p_cost bigint, p_metadata jsonb, p_timeout_seconds integer)
RETURNS public.job_result LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_entry ledger_entries;
BEGIN
    IF (p_job.operation, p_job.cost, coalesce(p_job.metadata, '{}'))
            IS DISTINCT FROM (p_operation, p_cost, coalesce(p_metadata, '{}'))
        OR p_job.deadline <> p_job.created_at + make_interval(secs => p_timeout_seconds) THEN
        PERFORM refuse('CR005', 'This idempotency key was used for another request.',
            jsonb_build_object('job_id', p_job.id));
    END IF;
    SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_job.user_id AND e.seq = p_job.charge_seq;
    RETURN charge_result(p_job, v_entry, true);
END
$$;

-- The job as it was when it had just been charged, whatever became of it since: what a replay answers.
CREATE OR REPLACE FUNCTION credits.charge_result(p_job credits.jobs, p_entry credits.ledger_entries, p_replayed boolean)
RETURNS public.job_result LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    RETURN (p_job.id, p_job.user_id, p_job.operation, 'pending', p_job.cost, 0, coalesce(p_job.metadata, '{}'),
        p_job.created_at, p_job.deadline, NULL, NULL, p_entry.balance_after, p_entry.free_after,
        p_entry.balance_after - p_entry.free_after, p_replayed)::public.job_result;
END
$$;

REVOKE ALL ON FUNCTION credits.charge_job, credits.replay_charge, credits.charge_result FROM PUBLIC;
REVOKE ALL ON FUNCTION public.charge_credits FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.charge_credits TO credits_app, service_role;
