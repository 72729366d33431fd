-- The fast way of a batch: all charges that need nothing but a subtraction, in one statement.
DO $type$
BEGIN
    IF to_regtype('public.charge_outcome') IS NULL THEN
        CREATE TYPE public.charge_outcome AS (
            item integer, job public.job_result, refusal text, message text, detail jsonb);
    END IF;
    IF to_regtype('credits.debits') IS NULL THEN
        CREATE TYPE credits.debits AS (
            user_ids uuid[], totals bigint[], items bigint[], free bigint[], available bigint[], versions bigint[]);
    END IF;
END
$type$;

-- Charges the items of every user who has only plain ones, enough credits for all of them, free credits before paid ones
-- and no lot that changes now. Answers with what was charged; whoever is missing takes the careful way. Keys are not
-- looked for: the unique index refuses one that was used before (unique_violation, nothing done).
CREATE OR REPLACE FUNCTION credits.charge_plain_items(
    p_user_ids uuid[], p_operations text[], p_costs bigint[], p_idempotency_keys text[], p_metadata jsonb[],
    p_caller_ids integer[], p_request_ids text[], p_timeout_seconds integer[], p_left_out uuid[])
RETURNS public.charge_outcome[] LANGUAGE plpgsql SET search_path = credits, pg_temp
SET enable_nestloop = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now timestamptz;
    v_ticks bigint;
    v_timeout constant integer := (SELECT s.job_timeout_seconds FROM settings s);
    v_debits debits;
    v_done public.charge_outcome[];
BEGIN
    SELECT array_agg(t.user_id ORDER BY t.user_id), array_agg(t.total ORDER BY t.user_id), array_agg(t.items ORDER BY t.user_id)
    INTO v_debits.user_ids, v_debits.totals, v_debits.items
    FROM (SELECT i.user_id, sum(i.cost)::bigint AS total, count(*) AS items
        FROM unnest(p_user_ids, p_operations, p_costs, p_idempotency_keys, p_metadata, p_caller_ids, p_timeout_seconds)
            AS i(user_id, operation, cost, key, metadata, caller_id, seconds)
        GROUP BY i.user_id
        HAVING bool_and(i.caller_id IS NOT NULL AND is_plain_charge(i.operation, i.cost, i.key, i.metadata, i.seconds))) t
    WHERE t.user_id <> ALL (p_left_out);
    PERFORM set_config('credits.posting', 'on', true);
    v_debits := debit_accounts(v_debits.user_ids, v_debits.totals, v_debits.items);
    -- Not before the accounts are held: times must rise with seq. Ids rise in the order in which rows are written,
    -- each user's in that of the items: every page of an index by id fills up before the next one begins.
    v_now := clock_timestamp();
    v_ticks := (date_part('epoch', v_now) * 4096000)::bigint;

    WITH item AS (
        SELECT i.*, id_at(v_ticks + (row_number() OVER (ORDER BY i.user_id, i.nr))) AS id, a.free, a.available, a.version,
            (row_number() OVER own) AS nth, (sum(i.cost) OVER own)::bigint AS upto
        FROM unnest(p_user_ids, p_operations, p_costs, p_idempotency_keys, p_metadata, p_caller_ids, p_request_ids,
            p_timeout_seconds) WITH ORDINALITY AS i(user_id, operation, cost, key, metadata, caller_id, request_id, seconds, nr)
        JOIN unnest(v_debits.user_ids, v_debits.free, v_debits.available, v_debits.versions)
            AS a(user_id, free, available, version) ON a.user_id = i.user_id
        WINDOW own AS (PARTITION BY i.user_id ORDER BY i.nr ROWS UNBOUNDED PRECEDING)),
    charged AS MATERIALIZED (
        SELECT i.*, i.version + i.nth AS seq, i.available - i.upto AS balance_after, greatest(i.free - i.upto, 0) AS free_after,
            least(i.upto, i.free) - least(i.upto - i.cost, i.free) AS free_cost,
            v_now + make_interval(secs => coalesce(i.seconds, v_timeout)) AS deadline
        FROM item i),
    job AS (
        INSERT INTO jobs (id, user_id, idempotency_key, operation, cost, free_cost, charge_seq, metadata, caller_id,
            created_at, deadline)
        SELECT c.id, c.user_id, pack_key(c.key), c.operation, c.cost, c.free_cost, c.seq, nullif(c.metadata, '{}'), c.caller_id,
            v_now, c.deadline FROM charged c),
    entry AS (
        INSERT INTO ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after, job_id,
            request_id, created_at)
        SELECT c.user_id, c.seq, 'charge', -c.cost, -c.free_cost, c.balance_after, c.free_after, c.id,
            c.request_id, v_now FROM charged c)
    SELECT array_agg((c.nr, (c.id, c.user_id, c.operation, 'pending', c.cost, 0, coalesce(c.metadata, '{}'), v_now,
        c.deadline, NULL, NULL, c.balance_after, c.free_after, c.balance_after - c.free_after, false)::public.job_result,
        NULL, NULL, NULL)::public.charge_outcome) INTO v_done FROM charged c;
    PERFORM set_config('credits.posting', 'off', true);
    RETURN v_done;
END
$$;

-- Locks, checks and debits each account in one visit, in the order of the ids, and answers with what the debited ones had
-- before. Left as they are: accounts with too little, with another order than free before paid, or with a lot that changes
-- now.
CREATE OR REPLACE FUNCTION credits.debit_accounts(p_user_ids uuid[], p_totals bigint[], p_items bigint[])
RETURNS credits.debits LANGUAGE plpgsql SET search_path = credits, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_done debits;
    v_change timestamptz;
BEGIN
    WITH moved AS (
        UPDATE accounts a SET free = greatest(a.free - t.total, 0), paid = a.paid - greatest(t.total - a.free, 0),
            version = a.version + t.items, free_before = a.free
        FROM unnest(p_user_ids, p_totals, p_items) AS t(user_id, total, items)
        WHERE a.user_id = t.user_id AND a.free + a.paid >= t.total
            AND a.burn_order IS NULL AND a.lots_change_at > clock_timestamp()
        RETURNING a.user_id, a.free_before AS free, a.free + a.paid + t.total AS available, a.version - t.items AS version,
            a.lots_change_at, a.free AS free_after, a.paid AS paid_after, coalesce(a.low_at, low_balance()) AS low_at, t.items)
    SELECT min(m.lots_change_at), array_agg(m.user_id), array_agg(m.free), array_agg(m.available), array_agg(m.version)
    INTO v_change, v_done.user_ids, v_done.free, v_done.available, v_done.versions FROM moved m
    -- As in credits.post_entry.
    WHERE CASE WHEN (m.free_after + m.paid_after >= m.low_at) <> (m.available >= m.low_at)
        THEN tell_balance_crossed(m.user_id, m.free_after, m.paid_after, m.version + m.items, m.low_at, false) ELSE true END;
    -- The accounts were looked at before they were held; while a batch waits for one, a lot may begin or expire.
    IF v_change <= clock_timestamp() THEN
        RAISE EXCEPTION 'a lot changed while the batch waited: send it again' USING ERRCODE = '40001';
    END IF;
    RETURN v_done;
END
$$;
REVOKE ALL ON FUNCTION credits.charge_plain_items, credits.debit_accounts FROM PUBLIC;
