-- What a job would cost. Only an estimate: a job keeps what it was charged, whatever becomes of the price.

DO $type$
BEGIN
    IF to_regtype('public.estimate_result') IS NULL THEN
        CREATE TYPE public.estimate_result AS (
            price_id uuid, provider text, model text, operation text, cost numeric, billed numeric, credits bigint,
            available bigint, enough boolean, shortfall bigint);
    END IF;
END
$type$;

-- What a job costs at the prices in force now: in exact dollars at the price (cost) and with the markup that usage has
-- (billed), both NULL for a price in credits, and in whole credits, rounded up. And whether the user can pay it; without
-- a user, nothing of that. A signed-in user asks for themselves. Moves nothing. Raises CR002 unknown user, CR013 nothing to
-- estimate, a quantity out of range or more credits than one job can cost, CR031 no price for it.
CREATE OR REPLACE FUNCTION public.estimate_credits(
    p_user_id uuid, p_provider text, p_model text, p_operation text DEFAULT NULL, p_input_tokens bigint DEFAULT NULL,
    p_output_tokens bigint DEFAULT NULL, p_cached_input_tokens bigint DEFAULT NULL, p_images bigint DEFAULT NULL,
    p_seconds numeric DEFAULT NULL)
RETURNS public.estimate_result LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_price prices;
    v_result public.estimate_result;
    v_credits numeric;
    v_cents bigint;
BEGIN
    PERFORM require_quantities(p_input_tokens, p_output_tokens, p_cached_input_tokens, p_images, p_seconds);
    IF p_user_id IS NOT NULL AND (p_user_id = auth.uid() OR (auth.uid() IS NULL AND is_service())) THEN
        SELECT a.free + a.paid INTO v_result.available FROM accounts a WHERE a.user_id = p_user_id;
    END IF;
    IF p_user_id IS NOT NULL AND v_result.available IS NULL THEN
        PERFORM refuse('CR002', 'There is no account for this user.', jsonb_build_object('user_id', p_user_id));
    END IF;
    SELECT * INTO v_price FROM price_for(p_provider, p_model, p_operation, clock_timestamp());
    v_result.cost := price_cost(v_price, coalesce(p_input_tokens, 0), coalesce(p_cached_input_tokens, 0),
        coalesce(p_output_tokens, 0), coalesce(p_images, 0), coalesce(p_seconds, 0));
    IF v_price.credits IS NOT NULL THEN
        v_result.cost := NULL;
        v_credits := v_price.credits;
    ELSIF v_price.id IS NULL OR v_result.cost IS NULL THEN
        PERFORM refuse('CR031', CASE WHEN v_price.id IS NULL THEN 'Nothing says what this costs now.'
            ELSE 'The price in force does not say what all of this costs.' END,
            jsonb_build_object('provider', p_provider, 'model', p_model, 'operation', p_operation, 'price_id', v_price.id));
    ELSIF num_nonnulls(p_input_tokens, p_output_tokens, p_images, p_seconds) = 0 THEN
        PERFORM refuse('CR013', 'Say how many tokens, images or seconds.', jsonb_build_object('field', 'input_tokens'));
    ELSE
        SELECT trim_scale(v_result.cost * (100 + s.usage_markup) * 0.01), s.cents_per_credit
        INTO v_result.billed, v_cents FROM settings s;
        v_credits := credits_for(v_result.billed, v_cents);
    END IF;
    IF v_credits > 1000000000000 THEN
        PERFORM refuse('CR013', 'This is more than the 1000000000000 credits that one job can cost.');
    END IF;
    -- Users see what they pay and not what it costs us.
    IF auth.uid() IS NOT NULL THEN
        v_result.cost := NULL;
    END IF;
    v_result.price_id := v_price.id;
    v_result.provider := v_price.provider;
    v_result.model := v_price.model;
    v_result.operation := v_price.operation;
    v_result.credits := v_credits;
    v_result.enough := v_result.available >= v_credits;
    v_result.shortfall := CASE WHEN v_result.enough THEN 0 ELSE v_credits - v_result.available END;
    RETURN v_result;
END
$$;
REVOKE ALL ON FUNCTION public.estimate_credits FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.estimate_credits TO credits_app, service_role, authenticated;
