-- Changing the price book: one version ends where the next begins.

-- Makes a version, from its effective_from or now until the next one that is known, and ends the one in force then. The same
-- price as that makes none. One writer at a time, so nobody meets the constraint; readers never wait. Audited.
-- Refuses CR013 as credits.require_price, CR030 the moment is past and had a price.
CREATE OR REPLACE FUNCTION credits.put_price(
    p_asked credits.prices, p_actor text, p_via text, p_request_id text)
RETURNS public.price_result LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_asked prices := p_asked;
    v_before prices;
    v_made prices;
BEGIN
    PERFORM require_price(p_asked);
    LOCK TABLE prices IN SHARE ROW EXCLUSIVE MODE;
    v_asked.effective_from := coalesce(v_asked.effective_from, clock_timestamp());
    SELECT * INTO v_before FROM prices p
    WHERE same_target(p, v_asked) AND p.effective_from <= v_asked.effective_from
        AND (p.effective_to IS NULL OR v_asked.effective_from < p.effective_to);
    IF v_before.id IS NOT NULL AND same_rates(v_before, v_asked) THEN
        RETURN price_answer(v_before, false);
    -- The second: a moment of this transaction, and another one has set a price since.
    ELSIF v_before.id IS NOT NULL
        AND (v_asked.effective_from < now() OR coalesce(v_before.effective_to <= clock_timestamp(), false)) THEN
        PERFORM refuse('CR030', 'At that moment another price was in force, and what was in force stays so. '
            'Leave effective_from out to begin now.', jsonb_build_object('price_id', v_before.id));
    END IF;
    IF v_before.id IS NOT NULL THEN
        UPDATE prices SET effective_to = v_asked.effective_from WHERE id = v_before.id;
        v_asked.effective_to := v_before.effective_to;
    ELSE
        SELECT min(p.effective_from) INTO v_asked.effective_to FROM prices p
        WHERE same_target(p, v_asked) AND p.effective_from > v_asked.effective_from
            AND p.effective_to IS DISTINCT FROM p.effective_from;
    END IF;
    INSERT INTO prices (provider, model, operation, input_per_million, cached_input_per_million, output_per_million,
        per_image, per_second, credits, effective_from, effective_to, source, created_by, reason)
    VALUES (v_asked.provider, v_asked.model, v_asked.operation, v_asked.input_per_million, v_asked.cached_input_per_million,
        v_asked.output_per_million, v_asked.per_image, v_asked.per_second, v_asked.credits, v_asked.effective_from,
        v_asked.effective_to, v_asked.source, coalesce(p_actor, 'sql:' || session_user), v_asked.reason)
    RETURNING * INTO v_made;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'price.set', NULL, v_made.id::text, to_jsonb(v_before), to_jsonb(v_made),
        v_made.reason);
    RETURN price_answer(v_made, true);
END
$$;

-- Sets what a model costs in dollars, or an operation in credits, from a moment on. p_input_per_million and the like are
-- dollars; a rate that is NULL has no price, which is not the same as 0. Refuses CR012 not allowed, and as credits.put_price.
CREATE OR REPLACE FUNCTION public.set_price(
    p_provider text, p_model text, p_input_per_million numeric DEFAULT NULL, p_output_per_million numeric DEFAULT NULL,
    p_cached_input_per_million numeric DEFAULT NULL, p_per_image numeric DEFAULT NULL, p_per_second numeric DEFAULT NULL,
    p_credits bigint DEFAULT NULL, p_operation text DEFAULT NULL, p_effective_from timestamptz DEFAULT NULL,
    p_reason text DEFAULT NULL, p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.price_result LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_asked prices;
BEGIN
    PERFORM authorize(p_actor, p_via, 'prices:write');
    v_asked.provider := p_provider;
    v_asked.model := p_model;
    v_asked.operation := p_operation;
    v_asked.input_per_million := require_rate('input_per_million', p_input_per_million);
    v_asked.cached_input_per_million := require_rate('cached_input_per_million', p_cached_input_per_million);
    v_asked.output_per_million := require_rate('output_per_million', p_output_per_million);
    v_asked.per_image := require_rate('per_image', p_per_image);
    v_asked.per_second := require_rate('per_second', p_per_second);
    v_asked.credits := p_credits;
    v_asked.effective_from := p_effective_from;
    v_asked.source := 'manual';
    v_asked.reason := p_reason;
    RETURN put_price(v_asked, p_actor, p_via, p_request_id);
END
$$;
REVOKE ALL ON FUNCTION credits.put_price FROM PUBLIC;
REVOKE ALL ON FUNCTION public.set_price FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.set_price TO credits_app, service_role;
