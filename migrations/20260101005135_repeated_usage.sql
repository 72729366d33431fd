-- What the items of a batch are told that made no record: the one that an earlier item or request with their key made, CR005
-- when that was another one, or why they are refused.
CREATE OR REPLACE FUNCTION credits.repeated_usage(p_items credits.usage_item[], p_new integer[], p_used_at timestamptz[])
RETURNS SETOF public.usage_outcome LANGUAGE plpgsql SET search_path = credits, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY
    WITH item AS (
        SELECT i.*, i.nr = ANY (p_new) AS is_new,
            min(i.nr) FILTER (WHERE i.nr = ANY (p_new)) OVER (PARTITION BY i.user_id, i.request) AS first
        FROM unnest(p_items) i),
    found AS MATERIALIZED (
        SELECT i.nr, i.refused AS why, r.*, (r.idempotency_key, r.provider, r.model, r.input_tokens, r.cached_input_tokens,
                r.output_tokens, r.images, r.seconds, r.job_id, r.used_at) IS NOT DISTINCT FROM (i.packed, i.provider, i.model,
                i.input_tokens, i.cached_input_tokens, i.output_tokens, i.images, i.seconds, i.job_id,
                coalesce(p_used_at[i.nr], r.recorded_at)) AS same
        FROM item i
        -- An item that was refused before another one used its key stays refused.
        LEFT JOIN usage_records r ON r.user_id = i.user_id AND (i.known OR i.first <= i.nr)
            AND hashtextextended(encode(r.idempotency_key, 'hex'), r.caller_id) = i.request
        WHERE NOT i.is_new)
    SELECT f.nr, CASE WHEN f.same THEN (f.id, f.user_id, f.provider, f.model, f.input_tokens, f.cached_input_tokens,
            f.output_tokens, f.images, f.seconds, f.used_at, f.recorded_at, f.job_id, f.cost, f.billed, f.credits,
            true)::public.usage_result END,
        CASE WHEN f.same THEN NULL WHEN f.id IS NULL THEN f.why ->> 'refusal' ELSE 'CR005' END,
        CASE WHEN f.same THEN NULL WHEN f.id IS NULL THEN f.why ->> 'message'
            ELSE 'This idempotency key was used for another record.' END,
        CASE WHEN f.same THEN NULL WHEN f.id IS NULL THEN f.why -> 'detail' ELSE jsonb_build_object('record_id', f.id) END
    FROM found f;
END
$$;
REVOKE ALL ON FUNCTION credits.repeated_usage FROM PUBLIC;
