-- Many prices at once, from a list that somebody else keeps.

-- Sets the prices of a JSON array of {provider, model, input_per_million, cached_input_per_million, output_per_million,
-- per_image, per_second}, dollars as JSON texts or numbers, all from the same moment on, in this one transaction: each a
-- version of its own, with its own line in the audit log. Answers a row for each: new, changed or unchanged, with its rates
-- in force before and after. What the list does not name stays. A dry run only answers. The same list again changes nothing.
-- Lock: the price book, for other writers. Refuses CR012 not allowed, CR013 no such array, a model twice, and as
-- credits.put_price.
CREATE OR REPLACE FUNCTION public.import_prices(
    p_prices jsonb, p_dry_run boolean DEFAULT false, p_reason text DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS TABLE (provider text, model text, change text, before jsonb, after jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_at timestamptz;
    v_asked prices[];
    v_one prices;
BEGIN
    PERFORM authorize(p_actor, p_via, 'prices:write');
    IF jsonb_typeof(p_prices) IS DISTINCT FROM 'array' THEN
        PERFORM refuse('CR013', 'prices must be a JSON array.', jsonb_build_object('field', 'prices'));
    END IF;
    IF NOT p_dry_run THEN
        LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    v_at := clock_timestamp();
    v_asked := ARRAY(SELECT imported_price(price, v_at, p_reason) FROM jsonb_array_elements(p_prices) AS price);
    IF (SELECT count(*) > count(DISTINCT (a.provider, a.model)) FROM unnest(v_asked) a) THEN
        PERFORM refuse('CR013', 'prices names a model of a provider twice.', jsonb_build_object('field', 'prices'));
    END IF;
    -- Compared before anything is written: what follows changes what is in force.
    RETURN QUERY
    SELECT a.provider, a.model,
        CASE WHEN b.id IS NULL THEN 'new' WHEN same_rates(a, b) THEN 'unchanged' ELSE 'changed' END,
        CASE WHEN b.id IS NOT NULL THEN rates_of(b) END, rates_of(a)
    FROM unnest(v_asked) a LEFT JOIN prices b ON b.provider = a.provider AND b.model = a.model AND b.operation IS NULL
        AND b.effective_from <= v_at AND (b.effective_to IS NULL OR v_at < b.effective_to)
    ORDER BY a.provider, a.model;
    IF NOT p_dry_run THEN
        FOREACH v_one IN ARRAY v_asked LOOP
            PERFORM put_price(v_one, p_actor, p_via, p_request_id);
        END LOOP;
    END IF;
END
$$;

-- One element of the array as a price of a model. Refuses CR013, saying which.
CREATE OR REPLACE FUNCTION credits.imported_price(p_price jsonb, p_at timestamptz, p_reason text)
RETURNS credits.prices LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_price prices;
BEGIN
    v_price.provider := p_price ->> 'provider';
    v_price.model := p_price ->> 'model';
    v_price.input_per_million := imported_rate(p_price, 'input_per_million');
    v_price.cached_input_per_million := imported_rate(p_price, 'cached_input_per_million');
    v_price.output_per_million := imported_rate(p_price, 'output_per_million');
    v_price.per_image := imported_rate(p_price, 'per_image');
    v_price.per_second := imported_rate(p_price, 'per_second');
    v_price.effective_from := p_at;
    v_price.source := 'import';
    v_price.reason := p_reason;
    PERFORM require_price(v_price);
    RETURN v_price;
END
$$;

CREATE OR REPLACE FUNCTION credits.imported_rate(p_price jsonb, p_name text)
RETURNS numeric LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT require_rate(format('%s of %s', p_name, p_price ->> 'model'), (p_price ->> p_name)::numeric)
$$;

-- Only the rates, as texts: JSON's numbers have no zeros to lose, but their readers may.
CREATE OR REPLACE FUNCTION credits.rates_of(p_price credits.prices)
RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('input_per_million', p_price.input_per_million::text,
        'cached_input_per_million', p_price.cached_input_per_million::text,
        'output_per_million', p_price.output_per_million::text, 'per_image', p_price.per_image::text,
        'per_second', p_price.per_second::text))
$$;
REVOKE ALL ON FUNCTION credits.imported_price, credits.imported_rate, credits.rates_of FROM PUBLIC;
REVOKE ALL ON FUNCTION public.import_prices FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.import_prices TO credits_app, service_role;
