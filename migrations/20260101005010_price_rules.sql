-- What a price may be, and when two of them are the same.

-- A rate as it is stored: without zeros at its end. Refuses CR013.
CREATE OR REPLACE FUNCTION credits.require_rate(p_field text, p_rate numeric)
RETURNS numeric LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF NOT (p_rate >= 0 AND p_rate < 1000000000 AND scale(trim_scale(p_rate)) <= 15) THEN
        PERFORM refuse('CR013', format('%s must be dollars from 0 to less than 1000000000, with at most 15 decimal places.',
            p_field), jsonb_build_object('field', p_field));
    END IF;
    RETURN trim_scale(p_rate);
END
$$;

-- Refuses CR013 for a price without meaning: a name that is missing, too long or begins or ends with a space, no rate at
-- all, dollars and credits at once, a moment far away. The rates are in range already: their type is.
CREATE OR REPLACE FUNCTION credits.require_price(p_asked credits.prices)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_rates integer;
    v_name record;
BEGIN
    FOR v_name IN SELECT * FROM (VALUES
        ('provider', p_asked.provider, 200, p_asked.model IS NOT NULL OR p_asked.operation IS NULL),
        ('model', p_asked.model, 200, p_asked.provider IS NOT NULL OR p_asked.operation IS NULL),
        ('operation', p_asked.operation, 100, p_asked.credits IS NOT NULL),
        ('reason', p_asked.reason, 500, false)) AS n(field, value, longest, needed)
    LOOP
        IF v_name.value IS NOT NULL OR v_name.needed THEN
            PERFORM require_text(v_name.field, v_name.value, v_name.longest);
            IF v_name.value <> btrim(v_name.value) THEN
                PERFORM refuse('CR013', format('%s begins or ends with a space.', v_name.field),
                    jsonb_build_object('field', v_name.field));
            END IF;
        END IF;
    END LOOP;
    v_rates := num_nonnulls(p_asked.input_per_million, p_asked.cached_input_per_million, p_asked.output_per_million,
        p_asked.per_image, p_asked.per_second);
    IF p_asked.credits NOT BETWEEN 0 AND 1000000000000 OR (v_rates > 0) = (p_asked.credits IS NOT NULL) THEN
        PERFORM refuse('CR013', 'A price is some rates in dollars, or else credits from 0 to 1000000000000.',
            jsonb_build_object('field', 'credits'));
    ELSIF v_rates > 0 AND p_asked.model IS NULL THEN
        PERFORM refuse('CR013', 'A price in dollars is for a provider and a model.', jsonb_build_object('field', 'model'));
    ELSIF NOT coalesce(p_asked.effective_from >= '2000-01-01Z' AND p_asked.effective_from < '2100-01-01Z', true) THEN
        PERFORM refuse('CR013', 'effective_from must be a time from 2000 to 2099.',
            jsonb_build_object('field', 'effective_from'));
    END IF;
END
$$;

-- Whether two prices are for the same thing. Like price_at without a search_path, and in the words of the constraint, whose
-- index then finds them.
CREATE OR REPLACE FUNCTION credits.same_target(p_one credits.prices, p_other credits.prices)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(p_one.provider, '') = coalesce(p_other.provider, '')
        AND coalesce(p_one.model, '') = coalesce(p_other.model, '')
        AND coalesce(p_one.operation, '') = coalesce(p_other.operation, '')
$$;

-- Whether they cost the same: 2.5 is 2.50.
CREATE OR REPLACE FUNCTION credits.same_rates(p_one credits.prices, p_other credits.prices)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (p_one.input_per_million, p_one.cached_input_per_million, p_one.output_per_million, p_one.per_image,
            p_one.per_second, p_one.credits)
        IS NOT DISTINCT FROM (p_other.input_per_million, p_other.cached_input_per_million, p_other.output_per_million,
            p_other.per_image, p_other.per_second, p_other.credits)
$$;

CREATE OR REPLACE FUNCTION credits.price_answer(p_price credits.prices, p_changed boolean)
RETURNS public.price_result LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT p_price.id, p_price.provider, p_price.model, p_price.operation, p_price.input_per_million,
        p_price.cached_input_per_million, p_price.output_per_million, p_price.per_image, p_price.per_second, p_price.credits,
        p_price.effective_from, p_price.effective_to, p_price.source, p_price.created_by, p_price.reason, p_price.created_at,
        p_changed
$$;
REVOKE ALL ON FUNCTION credits.require_rate, credits.require_price, credits.same_target, credits.same_rates,
    credits.price_answer FROM PUBLIC;
