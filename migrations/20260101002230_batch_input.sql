-- What a batch of charges is asked for, before anything moves.

-- The callers of a batch, one for each item; NULL for those who may not charge.
CREATE OR REPLACE FUNCTION credits.batch_callers(p_actors text[], p_via text, p_items integer)
RETURNS integer[] LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_actor text;
    v_known jsonb := '{}';
BEGIN
    IF p_actors IS NULL THEN
        RETURN array_fill(CASE WHEN may(NULL, p_via, 'jobs:write') THEN caller_id(NULL, p_via) END, ARRAY[p_items]);
    END IF;
    FOR v_actor IN SELECT DISTINCT a FROM unnest(p_actors) a LOOP
        IF may(v_actor, p_via, 'jobs:write') THEN
            v_known := v_known || jsonb_build_object(coalesce(v_actor, ''), caller_id(v_actor, p_via));
        END IF;
    END LOOP;
    RETURN ARRAY(SELECT (v_known ->> coalesce(a.actor, ''))::integer
        FROM unnest(p_actors) WITH ORDINALITY AS a(actor, nr) ORDER BY a.nr);
END
$$;

-- Refuses CR013 unless there are 1 to 1024 items and every array that is given has one element for each.
DROP FUNCTION IF EXISTS credits.require_batch(integer, integer[]);
CREATE OR REPLACE FUNCTION credits.require_batch(p_items integer, p_lengths integer[], p_field text DEFAULT 'jobs')
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_items IS NULL OR p_items NOT BETWEEN 1 AND 1024 THEN
        PERFORM refuse('CR013', 'A batch has 1 to 1024 items.', jsonb_build_object('field', p_field, 'longest', 1024));
    ELSIF p_items <> ANY (array_remove(p_lengths, NULL)) THEN
        PERFORM refuse('CR013', 'Every array of a batch must have one element for each item.',
            jsonb_build_object('field', p_field));
    END IF;
END
$$;

-- The users of a batch who repeat a key, in it or of an earlier request.
CREATE OR REPLACE FUNCTION credits.repeated_requests(
    p_user_ids uuid[], p_idempotency_keys text[], p_caller_ids integer[])
RETURNS uuid[] LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    WITH asked AS MATERIALIZED (
        SELECT i.user_id, hashtextextended(encode(pack_key(i.key), 'hex'), i.caller_id) AS request
        FROM unnest(p_user_ids, p_idempotency_keys, p_caller_ids) AS i(user_id, key, caller_id))
    SELECT array_agg(r.user_id) FROM (
        SELECT a.user_id FROM asked a GROUP BY a.user_id, a.request HAVING count(*) > 1
        UNION SELECT a.user_id FROM asked a WHERE EXISTS (SELECT FROM jobs j WHERE j.user_id = a.user_id
            AND hashtextextended(encode(j.idempotency_key, 'hex'), j.caller_id) = a.request)) r
$$;

-- Which of these accounts somebody else holds. Holds all others from now on, without waiting for any.
CREATE OR REPLACE FUNCTION credits.busy_accounts(p_user_ids uuid[])
RETURNS uuid[] LANGUAGE sql SET search_path = credits, pg_temp AS $$
    WITH held AS MATERIALIZED (
        SELECT a.user_id FROM accounts a WHERE a.user_id = ANY (p_user_ids) FOR NO KEY UPDATE SKIP LOCKED)
    SELECT coalesce(array_agg(a.user_id), '{}') FROM accounts a
    WHERE a.user_id = ANY (p_user_ids) AND a.user_id NOT IN (SELECT h.user_id FROM held h)
$$;

REVOKE ALL ON FUNCTION credits.batch_callers, credits.require_batch, credits.repeated_requests, credits.busy_accounts
    FROM PUBLIC;
