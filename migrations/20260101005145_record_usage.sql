-- Records one use of a model; everything that record_usage_batch says holds for a single record too.
-- Lock: the request (only to tell CR016), then as record_usage_batch.
-- Raises CR002, CR004, CR005, CR006, CR012, CR013, CR031, and CR016 the same request is still under way after two seconds.
CREATE OR REPLACE FUNCTION public.record_usage(
    p_user_id uuid, p_provider text, p_model text, p_idempotency_key text, p_input_tokens bigint DEFAULT 0,
    p_output_tokens bigint DEFAULT 0, p_cached_input_tokens bigint DEFAULT 0, p_images bigint DEFAULT 0,
    p_seconds numeric DEFAULT 0, p_used_at timestamptz DEFAULT NULL, p_job_id uuid DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.usage_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_outcome public.usage_outcome;
BEGIN
    PERFORM authorize(p_actor, p_via, 'usage:write');
    PERFORM lock_request(caller_id(p_actor, p_via), p_idempotency_key);
    SELECT * INTO v_outcome FROM public.record_usage_batch(ARRAY[p_user_id], ARRAY[p_provider], ARRAY[p_model],
        ARRAY[p_idempotency_key], ARRAY[p_input_tokens], ARRAY[p_output_tokens], ARRAY[p_cached_input_tokens],
        ARRAY[p_images], ARRAY[p_seconds], ARRAY[p_used_at], ARRAY[p_job_id], p_actor, p_via, p_request_id);
    IF v_outcome.refusal IS NOT NULL THEN
        PERFORM refuse(v_outcome.refusal, v_outcome.message, v_outcome.detail);
    END IF;
    RETURN v_outcome.record;
END
$$;
REVOKE ALL ON FUNCTION public.record_usage FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.record_usage TO credits_app, service_role;
