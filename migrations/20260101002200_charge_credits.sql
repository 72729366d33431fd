-- Charges a job before it runs: creates the job and takes its cost, free credits before paid ones. The same user, key
-- and request again returns the first result; with another operation, cost or metadata it is refused. Lock: the
-- account; while it is held no second charge of this user can run, so looking for the key decides for good. Raises
-- CR001 shortage (balance, required, shortfall), CR002 unknown user, CR003 cost out of range, CR004 unusable key,
-- CR005 key used for another request, CR012 not allowed, CR013 unusable operation or metadata.
CREATE OR REPLACE FUNCTION public.charge_credits(
    p_user_id uuid, p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb DEFAULT '{}',
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.job_result LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_metadata constant jsonb := coalesce(p_metadata, '{}');
    v_account accounts;
    v_job jobs;
    v_entry ledger_entries;
    v_free bigint;
BEGIN
    PERFORM authorize(p_actor, p_via, 'jobs:write');
    PERFORM check_charge(p_operation, p_cost, p_idempotency_key, v_metadata);
    v_account := lock_account(p_user_id);

    SELECT * INTO v_job FROM jobs j WHERE j.user_id = p_user_id AND j.idempotency_key = p_idempotency_key;
    IF FOUND THEN
        IF (v_job.operation, v_job.cost, v_job.metadata) IS DISTINCT FROM (p_operation, p_cost, v_metadata) THEN
            PERFORM refuse('CR005', 'This idempotency key was used for another request.',
                jsonb_build_object('job_id', v_job.id));
        END IF;
        SELECT * INTO v_entry FROM ledger_entries e WHERE e.user_id = p_user_id AND e.seq = v_job.charge_seq;
        RETURN charge_result(v_job, v_entry, true);
    END IF;

    IF v_account.free + v_account.paid < p_cost THEN
        PERFORM refuse('CR001', 'Not enough credits.', jsonb_build_object(
            'balance', v_account.free + v_account.paid, 'required', p_cost,
            'shortfall', p_cost - v_account.free - v_account.paid));
    END IF;
    v_free := least(v_account.free, p_cost);
    INSERT INTO jobs (user_id, idempotency_key, operation, cost, free_cost, charge_seq, metadata)
    VALUES (p_user_id, p_idempotency_key, p_operation, p_cost, v_free, v_account.version + 1, v_metadata)
    RETURNING * INTO v_job;
    v_entry := post_entry(p_user_id, 'charge', -v_free, v_free - p_cost, p_actor, p_via, p_request_id,
        p_job_id => v_job.id);
    RETURN charge_result(v_job, v_entry, false);
END
$$;

-- What can be refused without looking at any row.
CREATE OR REPLACE FUNCTION credits.check_charge(p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM require_amount('cost', p_cost);
    IF p_idempotency_key IS NULL OR p_idempotency_key !~ '^[\x21-\x7e]{1,255}$' THEN
        PERFORM refuse('CR004', 'The idempotency key must be 1 to 255 visible ASCII characters without spaces.');
    END IF;
    PERFORM require_text('operation', p_operation, 100);
    IF jsonb_typeof(p_metadata) <> 'object' OR length(p_metadata::text) > 16384 THEN
        PERFORM refuse('CR013', 'metadata must be a JSON object of at most 16384 characters.',
            jsonb_build_object('field', 'metadata'));
    END IF;
END
$$;

-- Credits in one movement: 1 to 1,000,000,000,000. Refuses CR003.
CREATE OR REPLACE FUNCTION credits.require_amount(p_field text, p_credits bigint)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_credits IS NULL OR p_credits NOT BETWEEN 1 AND 1000000000000 THEN
        PERFORM refuse('CR003', format('%s must be a whole number of credits from 1 to 1000000000000.', p_field),
            jsonb_build_object('field', p_field));
    END IF;
END
$$;

-- The job as it was when it had just been charged, whatever became of it since: what a replay answers.
CREATE OR REPLACE FUNCTION credits.charge_result(p_job credits.jobs, p_entry credits.ledger_entries, p_replayed boolean)
RETURNS public.job_result LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT (p_job.id, p_job.user_id, p_job.operation, 'pending', p_job.cost, 0, p_job.metadata, p_job.created_at, NULL,
        NULL, p_entry.balance_after, p_entry.free_after, p_entry.balance_after - p_entry.free_after,
        p_replayed)::public.job_result
$$;

REVOKE ALL ON FUNCTION credits.check_charge, credits.require_amount, credits.charge_result FROM PUBLIC;
REVOKE ALL ON FUNCTION public.charge_credits FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.charge_credits TO credits_app, service_role;
