-- From a price to dollars, and from dollars to credits, without losing anything on the way.

-- Dollars for so much of everything at this price, exactly; NULL when the price says nothing about some of it. The cached
-- tokens are a part of the input tokens. Without a search_path of its own, so that the planner puts it in place of the call.
CREATE OR REPLACE FUNCTION credits.price_cost(
    p_price credits.prices, p_input_tokens bigint, p_cached_input_tokens bigint, p_output_tokens bigint, p_images bigint,
    p_seconds numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.trim_scale(
        CASE WHEN p_input_tokens = p_cached_input_tokens THEN 0
            ELSE (p_input_tokens - p_cached_input_tokens) * p_price.input_per_million * 0.000001 END
        + CASE WHEN p_cached_input_tokens = 0 THEN 0 ELSE p_cached_input_tokens
            * coalesce(p_price.cached_input_per_million, p_price.input_per_million) * 0.000001 END
        + CASE WHEN p_output_tokens = 0 THEN 0 ELSE p_output_tokens * p_price.output_per_million * 0.000001 END
        + CASE WHEN p_images = 0 THEN 0 ELSE p_images * p_price.per_image END
        + CASE WHEN p_seconds = 0 THEN 0 ELSE p_seconds * p_price.per_second END)
$$;

-- Whole credits for so many dollars when a credit costs so many cents, rounded up; exact, as division alone would not be.
CREATE OR REPLACE FUNCTION credits.credits_for(p_dollars numeric, p_cents_per_credit bigint)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_catalog.div(p_dollars * 100, p_cents_per_credit)
        + CASE WHEN pg_catalog.mod(p_dollars * 100, p_cents_per_credit) > 0 THEN 1 ELSE 0 END
$$;

-- The price for this: the one that says most exactly what it is for. An operation's own price goes before its model's.
CREATE OR REPLACE FUNCTION credits.price_for(p_provider text, p_model text, p_operation text, p_at timestamptz)
RETURNS SETOF credits.prices LANGUAGE sql STABLE ROWS 1 SET search_path = credits, pg_temp AS $$
    SELECT p.* FROM prices p
    WHERE p.effective_from <= p_at AND (p.effective_to IS NULL OR p_at < p.effective_to)
        AND ((p.operation = p_operation AND p.model IS NULL)
            OR (p.provider = p_provider AND p.model = p_model AND (p.operation IS NULL OR p.operation = p_operation)))
    ORDER BY p.operation IS NULL, p.model IS NULL LIMIT 1
$$;

-- Refuses CR013 for a quantity that nothing can have: tokens to 10^12, images to 10^6, seconds to 10^9 with six decimal places.
CREATE OR REPLACE FUNCTION credits.require_quantities(
    p_input_tokens bigint, p_output_tokens bigint, p_cached_input_tokens bigint, p_images bigint, p_seconds numeric)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_field text;
    v_most text;
BEGIN
    SELECT q.field, q.most INTO v_field, v_most FROM (VALUES
        ('input_tokens', p_input_tokens, 1000000000000), ('output_tokens', p_output_tokens, 1000000000000),
        ('cached_input_tokens', p_cached_input_tokens, coalesce(p_input_tokens, 0)), ('images', p_images, 1000000),
        ('seconds', p_seconds, 1000000000)) AS q(field, quantity, most)
    WHERE NOT (q.quantity >= 0 AND q.quantity <= q.most AND scale(trim_scale(q.quantity)) <= 6) LIMIT 1;
    IF v_field IS NOT NULL THEN
        PERFORM refuse('CR013', CASE v_field WHEN 'cached_input_tokens' THEN 'cached_input_tokens are a part of input_tokens.'
            ELSE format('%s must be from 0 to %s.', v_field, v_most) END, jsonb_build_object('field', v_field));
    END IF;
END
$$;
REVOKE ALL ON FUNCTION credits.price_cost, credits.credits_for, credits.price_for, credits.require_quantities FROM PUBLIC;
