-- Charges many jobs in one transaction: the same outcome for every item, in order, as charge_credits would give one after
-- the other, but each account is touched once. An item that is refused says so in its row and keeps no other one back.
-- All arrays have one element for each item, 1 to 1024 of them; NULL in place of an array means its default for all.
-- Lock: the accounts in the order of their ids, without the lock of the request; two batches that meet in another order
-- end one with 40P01, to be sent again. An account that stays busy for a second keeps back its own items only: they answer
-- 55P03, or CR016 when it is the same request that is under way, with nothing done. Raises CR013 for unusable arrays.
CREATE OR REPLACE FUNCTION public.charge_credits_batch(
    p_user_ids uuid[], p_operations text[], p_costs bigint[], p_idempotency_keys text[], p_metadata jsonb[] DEFAULT NULL,
    p_actors text[] DEFAULT NULL, p_via text DEFAULT 'sql', p_request_ids text[] DEFAULT NULL,
    p_timeout_seconds integer[] DEFAULT NULL)
RETURNS SETOF public.charge_outcome LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    v_items constant integer := cardinality(p_user_ids);
    v_callers integer[];
    v_done public.charge_outcome[];
    v_outcome public.charge_outcome;
    v_left_out uuid[] := '{}';
    v_busy uuid[] := '{}';
    v_item integer;
BEGIN
    PERFORM require_batch(v_items, ARRAY[coalesce(cardinality(p_operations), 0), coalesce(cardinality(p_costs), 0),
        coalesce(cardinality(p_idempotency_keys), 0), cardinality(p_metadata), cardinality(p_actors),
        cardinality(p_request_ids), cardinality(p_timeout_seconds)]);
    v_callers := batch_callers(p_actors, p_via, v_items);
    -- Whoever repeats a key or is busy goes the careful way, and everybody else tries again; after that, all do.
    FOR v_try IN 1 .. 3 LOOP
        BEGIN
            v_done := charge_plain_items(p_user_ids, p_operations, p_costs, p_idempotency_keys, p_metadata, v_callers,
                p_request_ids, p_timeout_seconds, v_left_out);
            EXIT;
        EXCEPTION
            WHEN unique_violation THEN
                v_left_out := v_left_out
                    || coalesce(repeated_requests(p_user_ids, p_idempotency_keys, v_callers), p_user_ids);
            WHEN lock_not_available THEN
                v_left_out := v_left_out || busy_accounts(p_user_ids);
                -- One wait of a second is enough: from now on a busy account is only looked at again.
                PERFORM set_config('lock_timeout', '50ms', true);
        END;
    END LOOP;
    RETURN QUERY SELECT * FROM unnest(v_done);
    IF coalesce(cardinality(v_done), 0) = v_items THEN
        RETURN;
    END IF;
    FOR v_item IN SELECT i FROM generate_series(1, v_items) i
        WHERE i NOT IN (SELECT d.item FROM unnest(v_done) d) ORDER BY p_user_ids[i], i
    LOOP
        v_outcome := charge_item(v_item, p_user_ids[v_item], p_operations[v_item], p_costs[v_item],
            p_idempotency_keys[v_item], p_metadata[v_item], v_callers[v_item], p_request_ids[v_item],
            p_timeout_seconds[v_item], p_user_ids[v_item] = ANY (v_busy));
        RETURN NEXT v_outcome;
        IF v_outcome.refusal IN ('55P03', 'CR016') THEN
            v_busy := v_busy || p_user_ids[v_item];
            PERFORM set_config('lock_timeout', '50ms', true);
        END IF;
    END LOOP;
END
$$;

-- One item with every rule; a refusal becomes a row, and what the item had done is undone. An account that is known to be
-- busy is not waited for.
DROP FUNCTION IF EXISTS credits.charge_item(integer, uuid, text, bigint, text, jsonb, integer, text, integer);
CREATE OR REPLACE FUNCTION credits.charge_item(
    p_item integer, p_user_id uuid, p_operation text, p_cost bigint, p_idempotency_key text, p_metadata jsonb,
    p_caller_id integer, p_request_id text, p_timeout_seconds integer, p_busy boolean)
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
    IF p_busy THEN
        RAISE lock_not_available;
    END IF;
    v_outcome.job := charge_job(p_user_id, p_operation, p_cost, p_idempotency_key, coalesce(p_metadata, '{}'),
        p_caller_id, p_request_id, p_timeout_seconds);
    RETURN v_outcome;
EXCEPTION
    WHEN lock_not_available THEN
        v_outcome.refusal := '55P03';
        v_outcome.message := 'The account is busy. Send the request again in a moment.';
        IF NOT pg_try_advisory_xact_lock(hashtextextended(p_idempotency_key, p_caller_id)) THEN
            v_outcome.refusal := 'CR016';
            v_outcome.message := 'The same request is still under way. Send it again in a moment.';
        END IF;
        RETURN v_outcome;
    WHEN OTHERS THEN
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
