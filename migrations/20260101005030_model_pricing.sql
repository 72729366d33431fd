-- The price book as earlier products know it: a row for each model, with the price in force now, in dollars for a thousand
-- tokens. UPDATE makes a new version from now on, INSERT a first one; where there is one already it does nothing, as with ON
-- CONFLICT DO NOTHING. Users read.

-- The clock is asked once, before the first row: no moment falls between two versions.
CREATE OR REPLACE VIEW public.model_pricing WITH (security_invoker = true) AS
    WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now)
    SELECT p.id, p.provider AS provider_id, p.model AS model_id,
        trim_scale(p.input_per_million * 0.001) AS input_price_per_1k_tokens,
        trim_scale(p.output_per_million * 0.001) AS output_price_per_1k_tokens,
        trim_scale(p.cached_input_per_million * 0.001) AS cached_input_price_per_1k_tokens,
        p.per_image::numeric AS price_per_image, p.per_second::numeric AS price_per_second,
        p.effective_from, p.effective_to, p.source, p.created_at
    FROM moment m JOIN credits.prices p ON p.effective_from <= m.now AND (p.effective_to IS NULL OR m.now < p.effective_to)
    WHERE p.operation IS NULL;
REVOKE ALL ON public.model_pricing FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.model_pricing TO authenticated, service_role, credits_app;
GRANT INSERT, UPDATE ON public.model_pricing TO service_role;

-- Takes over only what the statement changes: two statements at once that change different columns both count. Refuses
-- CR013 for another model, and as public.set_price.
CREATE OR REPLACE FUNCTION credits.write_model_pricing()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_now prices;
    v_known boolean;
BEGIN
    LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO v_now FROM price_at(NEW.provider_id, NEW.model_id, clock_timestamp());
    v_known := FOUND;
    IF TG_OP = 'INSERT' AND v_known THEN
        RETURN NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        IF (NEW.provider_id, NEW.model_id) IS DISTINCT FROM (OLD.provider_id, OLD.model_id) THEN
            PERFORM refuse('CR013', 'A price stays with its model. Insert one for the other model.',
                jsonb_build_object('field', 'model_id'));
        END IF;
    END IF;
    v_now.provider := NEW.provider_id;
    v_now.model := NEW.model_id;
    IF TG_OP = 'INSERT' OR NEW.input_price_per_1k_tokens IS DISTINCT FROM OLD.input_price_per_1k_tokens THEN
        v_now.input_per_million := require_rate('input_price_per_1k_tokens', NEW.input_price_per_1k_tokens * 1000);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.output_price_per_1k_tokens IS DISTINCT FROM OLD.output_price_per_1k_tokens THEN
        v_now.output_per_million := require_rate('output_price_per_1k_tokens', NEW.output_price_per_1k_tokens * 1000);
    END IF;
    IF TG_OP = 'INSERT'
        OR NEW.cached_input_price_per_1k_tokens IS DISTINCT FROM OLD.cached_input_price_per_1k_tokens THEN
        v_now.cached_input_per_million := require_rate('cached_input_price_per_1k_tokens',
            NEW.cached_input_price_per_1k_tokens * 1000);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.price_per_image IS DISTINCT FROM OLD.price_per_image THEN
        v_now.per_image := require_rate('price_per_image', NEW.price_per_image);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.price_per_second IS DISTINCT FROM OLD.price_per_second THEN
        v_now.per_second := require_rate('price_per_second', NEW.price_per_second);
    END IF;
    v_now.effective_from := CASE WHEN TG_OP = 'INSERT' OR NEW.effective_from IS DISTINCT FROM OLD.effective_from
        THEN NEW.effective_from END;
    v_now.source := 'manual';
    v_now.reason := NULL;
    PERFORM put_price(v_now, NULL, 'sql', NULL);
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION credits.write_model_pricing FROM PUBLIC;
CREATE OR REPLACE TRIGGER write_model_pricing INSTEAD OF INSERT OR UPDATE ON public.model_pricing
    FOR EACH ROW EXECUTE FUNCTION credits.write_model_pricing();
