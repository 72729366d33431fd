-- The part of a batch of usage that moves something.

-- Holds what these users owe, in the order of their ids; whoever used nothing before begins at 0.
CREATE OR REPLACE FUNCTION credits.lock_accruals(p_user_ids uuid[])
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    INSERT INTO usage_accruals (user_id)
    SELECT DISTINCT i.id FROM unnest(p_user_ids) AS i(id)
    WHERE NOT EXISTS (SELECT FROM usage_accruals u WHERE u.user_id = i.id) ORDER BY 1 ON CONFLICT DO NOTHING;
    PERFORM FROM usage_accruals u WHERE u.user_id = ANY (p_user_ids) ORDER BY u.user_id FOR NO KEY UPDATE;
END
$$;

-- Records these items, each user's in their order, charges the whole credits that they fill and keeps the rest. A record
-- says how many credits it would have been charged had it come alone. Lock: the accounts of whoever is charged, in the order
-- of their ids; the accruals are held. Answers with the records.
CREATE OR REPLACE FUNCTION credits.settle_usage(
    p_items credits.usage_item[], p_now timestamptz, p_caller_id integer, p_request_id text)
RETURNS SETOF public.usage_outcome LANGUAGE plpgsql SET search_path = credits, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_rate constant bigint := (SELECT s.cents_per_credit FROM settings s);
    v_user record;
    v_users uuid[] := '{}';
    v_charged bigint[] := '{}';
BEGIN
    FOR v_user IN
        SELECT i.user_id, u.owed + sum(i.billed) AS owed
        FROM unnest(p_items) i JOIN usage_accruals u ON u.user_id = i.user_id
        WHERE i.job_id IS NULL GROUP BY i.user_id, u.owed HAVING (u.owed + sum(i.billed)) * 100 >= v_rate ORDER BY i.user_id
    LOOP
        v_users := v_users || v_user.user_id;
        v_charged := v_charged || charge_usage(v_user.user_id, v_user.owed, v_rate, p_caller_id, p_request_id);
    END LOOP;

    RETURN QUERY
    WITH item AS (
        SELECT i.*, coalesce(c.credits, 0) AS most,
            u.owed + sum(i.billed) OVER (PARTITION BY i.user_id, i.job_id IS NULL ORDER BY i.nr) AS upto
        FROM unnest(p_items) i JOIN usage_accruals u ON u.user_id = i.user_id
        LEFT JOIN unnest(v_users, v_charged) AS c(user_id, credits) ON c.user_id = i.user_id ORDER BY i.nr),
    counted AS MATERIALIZED (
        SELECT nextval('usage_records_id_seq') AS id, i.*,
            CASE WHEN i.job_id IS NULL THEN least(div(i.upto * 100, v_rate), i.most) ELSE 0 END::bigint AS paid FROM item i),
    record AS MATERIALIZED (
        SELECT c.*, c.paid - coalesce(lag(c.paid) OVER (PARTITION BY c.user_id, c.job_id IS NULL ORDER BY c.nr), 0) AS credits
        FROM counted c),
    made AS (
        INSERT INTO usage_records (id, user_id, used_at, recorded_at, input_tokens, cached_input_tokens, output_tokens, images,
            credits, cents_per_credit, price_id, job_id, caller_id, seconds, cost, billed, provider, model, idempotency_key)
        OVERRIDING SYSTEM VALUE
        SELECT r.id, r.user_id, r.used_at, p_now, r.input_tokens, r.cached_input_tokens, r.output_tokens, r.images, r.credits,
            v_rate, r.price_id, r.job_id, p_caller_id, r.seconds, r.cost, r.billed, r.provider, r.model, r.packed
        FROM record r ORDER BY r.id)
    SELECT r.nr, (r.id, r.user_id, r.provider, r.model, r.input_tokens, r.cached_input_tokens, r.output_tokens, r.images,
        r.seconds, r.used_at, p_now, r.job_id, r.cost, r.billed, r.credits, false)::public.usage_result,
        NULL::text, NULL::text, NULL::jsonb
    FROM record r;

    UPDATE usage_accruals u SET owed = n.owed, in_arrears = n.owed * 100 >= v_rate
    FROM (SELECT o.user_id, trim_scale(o.owed + b.billed - coalesce(c.credits, 0) * v_rate * 0.01) AS owed
        FROM (SELECT i.user_id, sum(i.billed) AS billed FROM unnest(p_items) i GROUP BY i.user_id) b
        JOIN usage_accruals o ON o.user_id = b.user_id
        LEFT JOIN unnest(v_users, v_charged) AS c(user_id, credits) ON c.user_id = b.user_id) n
    WHERE u.user_id = n.user_id AND u.owed <> n.owed;
END
$$;
REVOKE ALL ON FUNCTION credits.lock_accruals, credits.settle_usage FROM PUBLIC;
