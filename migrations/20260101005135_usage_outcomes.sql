-- What became of each item: the record that it made, the one that an earlier item or request made, or a refusal.
CREATE OR REPLACE FUNCTION credits.usage_outcomes(
    p_items credits.usage_item[], p_known integer[], p_new integer[], p_used_at timestamptz[])
RETURNS SETOF public.usage_outcome LANGUAGE plpgsql SET search_path = credits, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY
    WITH item AS (
        SELECT i.*, i.nr = ANY (p_known) AS known, i.nr = ANY (p_new) AS new, min(i.nr) FILTER (WHERE i.nr = ANY (p_new))
            OVER (PARTITION BY i.user_id, i.request) AS first
        FROM unnest(p_items) i)
    SELECT i.nr, CASE WHEN a.same THEN (r.id, r.user_id, r.provider, r.model, r.input_tokens, r.cached_input_tokens,
            r.output_tokens, r.images, r.seconds, r.used_at, r.recorded_at, r.job_id, r.cost, r.billed, r.credits,
            NOT i.new)::public.usage_result END,
        CASE WHEN a.same THEN NULL ELSE coalesce(o.refused, i.refused) ->> 'refusal' END,
        CASE WHEN a.same THEN NULL ELSE coalesce(o.refused, i.refused) ->> 'message' END,
        CASE WHEN a.same THEN NULL ELSE coalesce(o.refused, i.refused) -> 'detail' END
    FROM item i
    -- An item that was refused before another one used its key stays refused.
    LEFT JOIN usage_records r ON r.user_id = i.user_id AND (i.known OR i.first <= i.nr)
        AND hashtextextended(encode(r.idempotency_key, 'hex'), r.caller_id) = i.request
    CROSS JOIN LATERAL (SELECT (r.idempotency_key, r.provider, r.model, r.input_tokens, r.cached_input_tokens, r.output_tokens,
            r.images, r.seconds, r.job_id, r.used_at) IS NOT DISTINCT FROM (pack_key(i.key), i.provider, i.model,
            i.input_tokens, i.cached_input_tokens, i.output_tokens, i.images, i.seconds, i.job_id,
            coalesce(p_used_at[i.nr], r.recorded_at)) AS same) a
    CROSS JOIN LATERAL (SELECT CASE WHEN r.id IS NOT NULL AND NOT a.same THEN jsonb_build_object('refusal', 'CR005', 'message',
        'This idempotency key was used for another record.', 'detail', jsonb_build_object('record_id', r.id)) END AS refused) o
    ORDER BY i.nr;
END
$$;
REVOKE ALL ON FUNCTION credits.usage_outcomes FROM PUBLIC;
