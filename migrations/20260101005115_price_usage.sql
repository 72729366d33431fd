-- From what is asked to what is recorded, for all records of a batch at once.

-- Why a record is refused, as a value; NULL when it is not. What the checks had done is undone.
CREATE OR REPLACE FUNCTION credits.usage_refusal(p_usage credits.usage_item, p_now timestamptz, p_priced boolean)
RETURNS jsonb LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_message text;
    v_detail text;
BEGIN
    IF p_priced THEN
        PERFORM check_usage_price(p_usage);
    ELSE
        PERFORM check_usage(p_usage, p_now);
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE NOT LIKE 'CR%' THEN
        RAISE;
    END IF;
    GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
    RETURN jsonb_build_object('refusal', SQLSTATE, 'message', v_message, 'detail', v_detail::jsonb);
END
$$;

-- The items of a batch, with why those are refused that nobody could record. Their keys stand for nothing.
CREATE OR REPLACE FUNCTION credits.read_usage(p_items credits.usage_item[], p_now timestamptz)
RETURNS credits.usage_item[] LANGUAGE sql SET search_path = credits, pg_temp SET jit = off AS $$
    SELECT array_agg((i.nr, i.user_id, i.provider, i.model, i.input_tokens, i.cached_input_tokens, i.output_tokens, i.images,
        i.seconds, i.used_at, i.job_id, i.key, CASE WHEN i.why IS NULL THEN i.request END, NULL, NULL, NULL, i.why)::usage_item
        ORDER BY i.nr)
    FROM (SELECT i.*, CASE WHEN a.user_id IS NULL OR NOT is_plain_usage(i, p_now) THEN usage_refusal(i, p_now, false) END AS why
        FROM unnest(p_items) i LEFT JOIN accounts a ON a.user_id = i.user_id OFFSET 0) i
$$;

-- The items with price, cost and what the user owes, but for those that are refused or were recorded before.
CREATE OR REPLACE FUNCTION credits.price_usage(p_items credits.usage_item[], p_known integer[], p_now timestamptz)
RETURNS credits.usage_item[] LANGUAGE sql SET search_path = credits, pg_temp SET jit = off AS $$
    SELECT array_agg((i.nr, i.user_id, i.provider, i.model, i.input_tokens, i.cached_input_tokens, i.output_tokens, i.images,
        i.seconds, i.used_at, i.job_id, i.key, i.request, p.id, c.cost,
        CASE WHEN i.job_id IS NULL THEN trim_scale(c.cost * (100 + s.usage_markup) * 0.01) ELSE 0 END,
        CASE WHEN i.refused IS NOT NULL OR i.nr = ANY (p_known) THEN i.refused
            WHEN c.cost IS NULL OR (i.job_id IS NOT NULL AND (j.id IS NULL OR u.job_id IS NOT NULL))
            THEN usage_refusal(i, p_now, true) END)::usage_item ORDER BY i.nr)
    FROM unnest(p_items) i CROSS JOIN settings s
    LEFT JOIN jobs j ON j.id = i.job_id AND j.user_id = i.user_id
    LEFT JOIN usage_charges u ON u.job_id = i.job_id
    LEFT JOIN LATERAL price_at(i.provider, i.model, i.used_at) p ON i.refused IS NULL
    CROSS JOIN LATERAL (
        SELECT price_cost(p, i.input_tokens, i.cached_input_tokens, i.output_tokens, i.images, i.seconds) AS cost) c
$$;
REVOKE ALL ON FUNCTION credits.usage_refusal, credits.read_usage, credits.price_usage FROM PUBLIC;
