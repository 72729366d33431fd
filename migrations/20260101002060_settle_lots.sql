-- What is left in which lot. Charges and refunds move the two parts of a balance only; here their sum is spread over the lots.

-- The lots that were open after the user's entry p_seq, in burn-down order: smaller priority, earlier expiry, free before
-- paid, older. had is what was left at the boundary before; remaining is what was left when the balance was p_free and p_paid.
-- What was spent since is taken in this order; what came back beyond that fills the lots from the end, each up to its credits.
CREATE OR REPLACE FUNCTION credits.lots_at(p_user_id uuid, p_seq bigint, p_free bigint, p_paid bigint)
RETURNS TABLE (grant_id uuid, category text, "position" bigint, had bigint, remaining bigint)
LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    WITH lot AS (
        SELECT g.id, g.category, r.remaining AS had, g.credits - r.remaining AS room, row_number() OVER (ORDER BY
            g.priority, g.burns_at, g.category DESC, g.source <> 'refund', g.created_at, g.id) AS position
        FROM grants g CROSS JOIN LATERAL (
            SELECT b.remaining FROM lot_remains b WHERE b.grant_id = g.id AND b.seq <= p_seq ORDER BY b.seq DESC LIMIT 1) r
        WHERE g.user_id = p_user_id AND (g.closed_seq IS NULL OR g.closed_seq > p_seq)),
    summed AS (
        SELECT l.*,
            sum(l.had) OVER (PARTITION BY l.category) - CASE l.category WHEN 'paid' THEN p_paid ELSE p_free END AS spent,
            sum(l.had) OVER (PARTITION BY l.category ORDER BY l.position) - l.had AS had_before,
            sum(l.room) OVER (PARTITION BY l.category ORDER BY l.position DESC) - l.room AS room_after
        FROM lot l)
    SELECT s.id, s.category, s.position, s.had, (s.had - least(s.had, greatest(s.spent - s.had_before, 0))
        + least(s.room, greatest(-s.spent - s.room_after, 0)))::bigint
    FROM summed s
$$;

-- What came back and fits into no open lot, because its lot has expired or was voided: the credits of this category that
-- stand in the balance and in no lot.
CREATE OR REPLACE FUNCTION credits.credits_in_no_lot(p_account credits.accounts, p_category text)
RETURNS bigint LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    SELECT (CASE p_category WHEN 'paid' THEN p_account.paid ELSE p_account.free END - coalesce(sum(l.remaining), 0))::bigint
    FROM lots_at(p_account.user_id, p_account.version, p_account.free, p_account.paid) l WHERE l.category = p_category
$$;

-- Makes a lot of them that never expires, and is spent before every other one of its category.
CREATE OR REPLACE FUNCTION credits.open_refund_lot(p_account credits.accounts, p_category text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_credits constant bigint := credits_in_no_lot(p_account, p_category);
    v_next grants;
    v_id uuid;
BEGIN
    IF v_credits = 0 THEN
        RETURN;
    END IF;
    -- Without another lot of its category: free credits come first of all, paid ones last.
    SELECT g.* INTO v_next
    FROM lots_at(p_account.user_id, p_account.version, p_account.free, p_account.paid) l JOIN grants g ON g.id = l.grant_id
    ORDER BY l.category = p_category DESC,
        CASE WHEN l.category = p_category OR p_category = 'promotional' THEN l.position ELSE -l.position END LIMIT 1;
    INSERT INTO grants (user_id, category, credits, source, priority, burns_at, status, remaining, caller_id, reason,
        granted_by, granted_seq)
    VALUES (p_account.user_id, p_category, v_credits, 'refund', coalesce(v_next.priority, 100),
        coalesce(v_next.burns_at, 'infinity'), 'open', v_credits, caller_id('system', 'system'),
        'Given back after its lot was closed', 'system', p_account.version)
    RETURNING id INTO v_id;
    INSERT INTO lot_remains (grant_id, user_id, seq, remaining)
    VALUES (v_id, p_account.user_id, p_account.version, v_credits);
END
$$;

-- The burn_order of an account whose lots are settled; see credits.split_charge.
CREATE OR REPLACE FUNCTION credits.burn_order(p_account credits.accounts)
RETURNS bigint[] LANGUAGE sql STABLE SET search_path = credits, pg_temp AS $$
    WITH turn AS (
        SELECT l.position, l.remaining,
            lag(l.category, 1, 'promotional') OVER (ORDER BY l.position) <> l.category AS turns
        FROM lots_at(p_account.user_id, p_account.version, p_account.free, p_account.paid) l),
    lot AS (SELECT t.remaining, count(*) FILTER (WHERE t.turns) OVER (ORDER BY t.position) AS run FROM turn t)
    SELECT array_agg((SELECT coalesce(sum(l.remaining), 0)::bigint FROM lot l WHERE l.run > r.run AND l.run % 2 = r.run % 2)
        ORDER BY r.run)
    FROM generate_series(0, (SELECT max(l.run) FROM lot l)) AS r(run) HAVING count(*) > 2
$$;

-- Brings the user's lots up to now: what is left in each, what came back to none, the order of what is spent next, and when
-- the next lot begins or expires. Called before and after everything that changes a lot, under the account's lock. Returns
-- the account.
CREATE OR REPLACE FUNCTION credits.settle_lots(p_user_id uuid)
RETURNS credits.accounts LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
BEGIN
    SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id FOR NO KEY UPDATE;
    WITH changed AS (
        UPDATE grants g SET remaining = l.remaining
        FROM lots_at(p_user_id, v_account.version, v_account.free, v_account.paid) l
        WHERE g.id = l.grant_id AND l.remaining <> l.had RETURNING g.id, g.remaining)
    INSERT INTO lot_remains (grant_id, user_id, seq, remaining)
    SELECT c.id, p_user_id, v_account.version, c.remaining FROM changed c;
    PERFORM open_refund_lot(v_account, 'promotional');
    PERFORM open_refund_lot(v_account, 'paid');
    PERFORM set_config('credits.posting', 'on', true);
    UPDATE accounts a SET burn_order = s.burn_order, lots_change_at = s.lots_change_at
    FROM (SELECT burn_order(v_account) AS burn_order, coalesce((SELECT min(g.due_at) FROM grants g
        WHERE g.user_id = p_user_id AND g.due_at IS NOT NULL), 'infinity') AS lots_change_at) s
    WHERE a.user_id = p_user_id AND (a.burn_order, a.lots_change_at) IS DISTINCT FROM (s.burn_order, s.lots_change_at);
    PERFORM set_config('credits.posting', 'off', true);
    SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id;
    RETURN v_account;
END
$$;
REVOKE ALL ON FUNCTION credits.lots_at, credits.credits_in_no_lot, credits.open_refund_lot, credits.burn_order,
    credits.settle_lots FROM PUBLIC;
