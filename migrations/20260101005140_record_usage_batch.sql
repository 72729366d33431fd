-- Records what models were used for, in one transaction: the same outcome for every item, in order, as record_usage would give
-- one after the other, but each user is charged once. An item that is refused says so in its row and keeps no other one back.
-- All arrays have one element for each item, 1 to 1024 of them; NULL in place of an array, or of a quantity or time in one,
-- means its default: nothing used, now, no job. The same caller, user and key again returns the first result. The price is
-- the one in force at used_at, however late it is recorded; the markup and what a credit costs are those of now. Usage has
-- happened, so a record is never refused for want of credits: what the balance cannot pay stays owed, and is charged with
-- the next record or when there are credits. A record with a job belongs to what that job was charged, and charges nothing.
-- Lock: the users' accruals in the order of their ids, then the accounts of whoever is charged, in the same order.
-- Raises CR012 not allowed, CR013 unusable arrays; 55P03 when one of the users is busy for two seconds.
-- Items: CR002 unknown user, CR004 unusable key, CR005 key used for another record, CR006 no such job of this user, CR013
-- unusable names, quantities or time, CR031 no price.
CREATE OR REPLACE FUNCTION public.record_usage_batch(
    p_user_ids uuid[], p_providers text[], p_models text[], p_idempotency_keys text[],
    p_input_tokens bigint[] DEFAULT NULL, p_output_tokens bigint[] DEFAULT NULL, p_cached_input_tokens bigint[] DEFAULT NULL,
    p_images bigint[] DEFAULT NULL, p_seconds numeric[] DEFAULT NULL, p_used_at timestamptz[] DEFAULT NULL,
    p_job_ids uuid[] DEFAULT NULL, p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS SETOF public.usage_outcome LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s'
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now constant timestamptz := clock_timestamp();
    v_caller_id integer;
    v_items usage_item[];
    v_new usage_item[];
BEGIN
    PERFORM authorize(p_actor, p_via, 'usage:write');
    PERFORM require_batch(cardinality(p_user_ids), ARRAY[coalesce(cardinality(p_providers), 0),
        coalesce(cardinality(p_models), 0), coalesce(cardinality(p_idempotency_keys), 0), cardinality(p_input_tokens),
        cardinality(p_output_tokens), cardinality(p_cached_input_tokens), cardinality(p_images), cardinality(p_seconds),
        cardinality(p_used_at), cardinality(p_job_ids)], 'records');
    v_caller_id := caller_id(p_actor, p_via);
    v_items := read_usage(ARRAY(
        SELECT (i.nr, i.user_id, i.provider, i.model, coalesce(i.input, 0), coalesce(i.cached, 0), coalesce(i.output, 0),
            coalesce(i.images, 0), coalesce(trim_scale(i.seconds), 0), coalesce(i.used_at, v_now), i.job_id, i.key,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL)::usage_item
        FROM unnest(p_user_ids, p_providers, p_models, p_idempotency_keys, p_input_tokens, p_output_tokens,
            p_cached_input_tokens, p_images, p_seconds, p_used_at, p_job_ids) WITH ORDINALITY
            AS i(user_id, provider, model, key, input, output, cached, images, seconds, used_at, job_id, nr)),
        v_caller_id, v_now);
    PERFORM lock_accruals(ARRAY(SELECT DISTINCT i.user_id FROM unnest(v_items) i WHERE i.refused IS NULL));
    v_items := price_usage(v_items, v_now);
    v_new := ARRAY(SELECT n.item FROM (
            SELECT i AS item, i.nr, row_number() OVER (PARTITION BY i.user_id, i.request ORDER BY i.nr) AS nth
            FROM unnest(v_items) i WHERE i.refused IS NULL AND NOT i.known) n
        WHERE n.nth = 1 ORDER BY n.nr);
    IF cardinality(v_new) > 0 THEN
        RETURN QUERY SELECT * FROM settle_usage(v_new, v_now, v_caller_id, p_request_id);
    END IF;
    IF cardinality(v_new) < cardinality(v_items) THEN
        RETURN QUERY SELECT * FROM repeated_usage(v_items, ARRAY(SELECT n.nr FROM unnest(v_new) n), p_used_at);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION public.record_usage_batch FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.record_usage_batch TO credits_app, service_role;
