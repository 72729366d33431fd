-- Charges many jobs in one transaction: the same outcome for every item, in order, as charge_credits would give one after
-- the other, but each account is touched once. An item that is refused says so in its row and keeps no other one back.
-- All arrays have one element for each item, 1 to 1024 of them; NULL in place of an array means its default for all.
-- Lock: the accounts in the order of their ids; two batches that meet in another order end one with 40P01, to be sent
-- again. Raises CR013 for arrays of unequal length; 55P03 when an account is busy for two seconds.
CREATE OR REPLACE FUNCTION public.charge_credits_batch(
    p_user_ids uuid[], p_operations text[], p_costs bigint[], p_idempotency_keys text[], p_metadata jsonb[] DEFAULT NULL,
    p_actors text[] DEFAULT NULL, p_via text DEFAULT 'sql', p_request_ids text[] DEFAULT NULL,
    p_timeout_seconds integer[] DEFAULT NULL)
RETURNS SETOF public.charge_outcome LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_items constant integer := cardinality(p_user_ids);
    v_callers integer[];
    v_done public.charge_outcome[];
    v_left_out uuid[] := '{}';
    v_item integer;
BEGIN
    PERFORM require_batch(v_items, ARRAY[coalesce(cardinality(p_operations), 0), coalesce(cardinality(p_costs), 0),
        coalesce(cardinality(p_idempotency_keys), 0), cardinality(p_metadata), cardinality(p_actors),
        cardinality(p_request_ids), cardinality(p_timeout_seconds)]);
    v_callers := batch_callers(p_actors, p_via, v_items);
    LOOP
        BEGIN
            v_done := charge_plain_items(p_user_ids, p_operations, p_costs, p_idempotency_keys, p_metadata, v_callers,
                p_request_ids, p_timeout_seconds, v_left_out);
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- A key was used before: those who used it go the careful way, everybody else tries again. If even that meets
            -- a key that was free a moment ago, all go the careful way.
            EXIT WHEN v_left_out <> '{}';
            v_left_out := repeated_requests(p_user_ids, p_idempotency_keys, v_callers);
        END;
    END LOOP;
    RETURN QUERY SELECT * FROM unnest(v_done);
    IF coalesce(cardinality(v_done), 0) = v_items THEN
        RETURN;
    END IF;
    FOR v_item IN SELECT i FROM generate_series(1, v_items) i
        WHERE i NOT IN (SELECT d.item FROM unnest(v_done) d) ORDER BY i
    LOOP
        RETURN NEXT charge_item(v_item, p_user_ids[v_item], p_operations[v_item], p_costs[v_item],
            p_idempotency_keys[v_item], p_metadata[v_item], v_callers[v_item], p_request_ids[v_item],
            p_timeout_seconds[v_item]);
    END LOOP;
END
$$;

-- One item with every rule; a refusal becomes a row, and what the item had done is undone.
CREATE OR REPLACE FUNCTION credits.charge_item(
    p_item integer, p_user_id uuid, p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb,
    p_caller_id integer, p_request_id text, p_timeout_seconds integer)
RETURNS public.charge_outcome LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_outcome public.charge_outcome;
    v_detail text;
BEGIN
    v_outcome.item := p_item;
    IF p_caller_id IS NULL THEN
        PERFORM refuse_permission('jobs:write');
    END IF;
    PERFORM check_charge(p_operation, p_cost, p_idempotency_key, coalesce(p_metadata, '{}'), p_timeout_seconds);
    v_outcome.job := charge_job(p_user_id, p_operation, p_cost, p_idempotency_key, coalesce(p_metadata, '{}'),
        p_caller_id, p_request_id, p_timeout_seconds);
    RETURN v_outcome;
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE NOT LIKE 'CR%' THEN
        RAISE;
    END IF;
    GET STACKED DIAGNOSTICS v_outcome.message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
    v_outcome.refusal := SQLSTATE;
    v_outcome.detail := v_detail;
    RETURN v_outcome;
END
$$;
REVOKE ALL ON FUNCTION credits.charge_item FROM PUBLIC;
REVOKE ALL ON FUNCTION public.charge_credits_batch FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.charge_credits_batch TO credits_app, service_role;
