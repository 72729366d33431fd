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
CREATE OR REPLACE FUNCTION credits.read_usage(p_items credits.usage_item[], p_caller_id integer, p_now timestamptz)
RETURNS credits.usage_item[] LANGUAGE plpgsql SET search_path = credits, pg_temp
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT array_agg((i.nr, i.user_id, i.provider, i.model, i.input_tokens, i.cached_input_tokens, i.output_tokens,
        i.images, i.seconds, i.used_at, i.job_id, i.key, i.packed_key, CASE WHEN i.why IS NULL
            THEN hashtextextended(encode(i.packed_key, 'hex'), p_caller_id) END, NULL, NULL, NULL, NULL, i.why)::usage_item
        ORDER BY i.nr)
    FROM (SELECT i.*, pack_key(i.key) AS packed_key,
            CASE WHEN a.user_id IS NULL OR NOT is_plain_usage(i, p_now) THEN usage_refusal(i, p_now, false) END AS why
        FROM unnest(p_items) i LEFT JOIN accounts a ON a.user_id = i.user_id OFFSET 0) i);
END
$$;

-- The items with what they cost and what the user owes, but for those that are refused, and known where a record with this
-- key was made before. A plan that was made when there were few records must still look each one up by its index.
CREATE OR REPLACE FUNCTION credits.price_usage(p_items credits.usage_item[], p_now timestamptz)
RETURNS credits.usage_item[] LANGUAGE plpgsql SET search_path = credits, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT array_agg((i.nr, i.user_id, i.provider, i.model, i.input_tokens, i.cached_input_tokens, i.output_tokens,
        i.images, i.seconds, i.used_at, i.job_id, i.key, i.packed, i.request, i.is_known, i.price, i.dollars,
        CASE WHEN i.job_id IS NULL THEN trim_scale(i.dollars * i.factor) ELSE 0 END,
        CASE WHEN i.refused IS NULL AND NOT i.is_known AND (i.dollars IS NULL OR i.is_misplaced)
            THEN usage_refusal(i.item, p_now, true) ELSE i.refused END)::usage_item ORDER BY i.nr)
    FROM (SELECT i.*, i AS item, r.user_id IS NOT NULL AS is_known, p.id AS price, (100 + s.usage_markup) * 0.01 AS factor,
            price_cost(p, i.input_tokens, i.cached_input_tokens, i.output_tokens, i.images, i.seconds) AS dollars,
            i.job_id IS NOT NULL AND (j.id IS NULL OR j.status IN ('failed', 'expired') OR u.job_id IS NOT NULL) AS is_misplaced
        FROM unnest(p_items) i CROSS JOIN settings s
        LEFT JOIN usage_records r ON r.user_id = i.user_id
            AND hashtextextended(encode(r.idempotency_key, 'hex'), r.caller_id) = i.request
        LEFT JOIN jobs j ON j.id = i.job_id AND j.user_id = i.user_id
        LEFT JOIN usage_charges u ON u.job_id = i.job_id
        LEFT JOIN LATERAL price_at(i.provider, i.model, i.used_at) p ON i.refused IS NULL OFFSET 0) i);
END
$$;
REVOKE ALL ON FUNCTION credits.usage_refusal, credits.read_usage, credits.price_usage FROM PUBLIC;
