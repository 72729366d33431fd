-- What models earn and cost.

-- For each provider and model, on these days of use (UTC, both included), with everything up to now: what was used, what
-- users were charged for it and what the provider takes, in dollars. Charged is what was billed to users, whether their
-- balance could pay it yet or not; for records of a job it is what the job took and did not give back, at what a credit cost
-- then, shared among the job's records by their cost. Of several models in one job these shares have 12 decimal places.
CREATE OR REPLACE FUNCTION public.margins(p_from date, p_to date)
RETURNS TABLE (provider text, model text, records numeric, input_tokens numeric, cached_input_tokens numeric,
    output_tokens numeric, images numeric, seconds numeric, charged numeric, cost numeric, margin numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
DECLARE
    v_from constant timestamptz := p_from::timestamp AT TIME ZONE 'UTC';
    v_until constant timestamptz := (p_to + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN QUERY
    WITH used AS (
        SELECT * FROM usage_totals t WHERE t.day BETWEEN p_from AND p_to
        UNION ALL
        SELECT l.* FROM sum_usage((SELECT m.record_id FROM usage_totals_mark m), 9223372036854775807, NULL) l
        WHERE l.day BETWEEN p_from AND p_to),
    summed AS (
        SELECT u.provider, u.model, sum(u.records) AS records, sum(u.input_tokens) AS input_tokens,
            sum(u.cached_input_tokens) AS cached_input_tokens, sum(u.output_tokens) AS output_tokens, sum(u.images) AS images,
            sum(u.seconds) AS seconds, sum(u.cost) AS cost, sum(u.billed) AS billed
        FROM used u GROUP BY u.provider, u.model),
    part AS (
        SELECT r.provider, r.model, r.job_id, sum(r.cost) AS cost, count(*) AS records FROM usage_records r
        WHERE r.job_id IS NOT NULL AND r.used_at >= v_from AND r.used_at < v_until GROUP BY r.provider, r.model, r.job_id),
    whole AS (
        SELECT r.job_id, sum(r.cost) AS cost, count(*) AS records, max(r.cents_per_credit) AS rate FROM usage_records r
        WHERE r.job_id IN (SELECT p.job_id FROM part p) GROUP BY r.job_id),
    earned AS (
        SELECT p.provider, p.model, sum((j.cost - coalesce(j.refunded, 0)) * w.rate * 0.01
            * CASE WHEN p.records = w.records THEN 1 WHEN w.cost = 0 THEN p.records::numeric / w.records
                ELSE p.cost / w.cost END) AS dollars
        FROM part p JOIN whole w ON w.job_id = p.job_id JOIN jobs j ON j.id = p.job_id GROUP BY p.provider, p.model)
    SELECT s.provider, s.model, s.records, s.input_tokens, s.cached_input_tokens, s.output_tokens, s.images,
        trim_scale(s.seconds), trim_scale(c.charged), trim_scale(s.cost), trim_scale(c.charged - s.cost)
    FROM summed s LEFT JOIN earned e ON e.provider = s.provider AND e.model = s.model
    CROSS JOIN LATERAL (SELECT s.billed
        + coalesce(CASE WHEN scale(e.dollars) > 12 THEN round(e.dollars, 12) ELSE e.dollars END, 0) AS charged) c
    ORDER BY s.provider, s.model;
END
$$;

-- Takes users out of everything about usage whose rows are about to be deleted: demo users.
CREATE OR REPLACE FUNCTION credits.clear_usage(p_user_ids uuid[])
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_mark bigint;
BEGIN
    SELECT m.record_id INTO v_mark FROM usage_totals_mark m FOR UPDATE;
    PERFORM add_usage_totals(-1, 0, v_mark, p_user_ids);
    DELETE FROM usage_totals t WHERE t.records = 0;
    DELETE FROM usage_records WHERE user_id = ANY (p_user_ids);
    DELETE FROM usage_charges WHERE user_id = ANY (p_user_ids);
    DELETE FROM usage_accruals WHERE user_id = ANY (p_user_ids);
END
$$;
REVOKE ALL ON FUNCTION credits.clear_usage FROM PUBLIC;
REVOKE ALL ON FUNCTION public.margins FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.margins TO credits_app, service_role;
