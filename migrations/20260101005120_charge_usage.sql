-- How whole credits are charged for usage that has happened already.

-- Charges as many whole credits of these dollars as the balance has, and returns how many: a job that is completed at once,
-- and its entry. What the balance cannot pay stays owed. Lock: the user's accrual is held; then the account.
CREATE OR REPLACE FUNCTION credits.charge_usage(
    p_user_id uuid, p_owed numeric, p_cents_per_credit bigint, p_caller_id integer, p_request_id text)
RETURNS bigint LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
    v_credits bigint;
    v_free bigint;
    v_id constant uuid := new_id();
    v_now timestamptz;
BEGIN
    IF p_owed * 100 < p_cents_per_credit THEN
        RETURN 0;
    END IF;
    v_account := lock_account(p_user_id);
    v_credits := least(div(p_owed * 100, p_cents_per_credit), v_account.free + v_account.paid);
    IF v_credits = 0 THEN
        RETURN 0;
    END IF;
    v_free := split_charge(v_account, v_credits);
    v_now := clock_timestamp();
    -- Its own id is its key: no request can repeat it.
    INSERT INTO jobs (id, user_id, idempotency_key, operation, cost, free_cost, charge_seq, caller_id, created_at, deadline,
        burn_order, status, refunded, finish_seq, finished_at)
    VALUES (v_id, p_user_id, pack_key(v_id::text), 'usage', v_credits, v_free, v_account.version + 1, p_caller_id, v_now, v_now,
        v_account.burn_order, 'completed', 0, v_account.version + 1, v_now);
    PERFORM post_entry(p_user_id, 'charge', -v_free, v_free - v_credits, p_caller_id, p_request_id, p_job_id => v_id);
    INSERT INTO usage_charges (job_id, user_id, credits, cents_per_credit)
    VALUES (v_id, p_user_id, v_credits, p_cents_per_credit);
    RETURN v_credits;
END
$$;

-- For a worker: charges what up to p_limit users in arrears owe and can pay by now. Accruals that another session works on
-- just now are left to it, so any number of instances may call this at the same time. Returns how many users were charged;
-- call again while it is not 0. Lock: the accruals in the order of the users, then each account.
CREATE OR REPLACE FUNCTION public.charge_arrears(p_limit integer DEFAULT 100)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_system constant integer := caller_id('system', 'system');
    v_rate constant bigint := (SELECT s.cents_per_credit FROM settings s);
    v_accrual usage_accruals;
    v_credits bigint;
    v_charged bigint := 0;
BEGIN
    FOR v_accrual IN SELECT u.* FROM usage_accruals u
        WHERE u.user_id IN (SELECT o.user_id FROM usage_accruals o JOIN accounts a ON a.user_id = o.user_id
            WHERE o.in_arrears AND o.owed * 100 >= v_rate AND a.free + a.paid > 0 LIMIT p_limit)
        ORDER BY u.user_id FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        -- One busy account must not keep the others waiting.
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM accounts a WHERE a.user_id = v_accrual.user_id FOR NO KEY UPDATE SKIP LOCKED);
        v_credits := charge_usage(v_accrual.user_id, v_accrual.owed, v_rate, v_system, NULL);
        CONTINUE WHEN v_credits = 0;
        UPDATE usage_accruals u SET owed = trim_scale(u.owed - v_credits * v_rate * 0.01),
            in_arrears = u.owed * 100 >= (v_credits + 1) * v_rate
        WHERE u.user_id = v_accrual.user_id;
        v_charged := v_charged + 1;
    END LOOP;
    RETURN v_charged;
END
$$;

REVOKE ALL ON FUNCTION credits.charge_usage FROM PUBLIC;
REVOKE ALL ON FUNCTION public.charge_arrears FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.charge_arrears TO credits_app;
