-- How lots begin and end. Lock, of every function here: the account, then its lots.

-- Opens a lot and adds its credits to the balance, with the entry that says so.
CREATE OR REPLACE FUNCTION credits.begin_lot(
    p_grant credits.grants, p_kind text, p_caller_id integer, p_request_id text, p_reason text,
    p_adjustment_id uuid DEFAULT NULL, p_reverses_id bigint DEFAULT NULL)
RETURNS credits.ledger_entries LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_free constant bigint := CASE p_grant.category WHEN 'promotional' THEN p_grant.credits ELSE 0 END;
    v_entry ledger_entries;
BEGIN
    PERFORM settle_lots(p_grant.user_id);
    v_entry := post_entry(p_grant.user_id, p_kind, v_free, p_grant.credits - v_free, p_caller_id, p_request_id, p_reason,
        p_receipt_id => p_grant.receipt_id, p_grant_id => p_grant.id, p_adjustment_id => p_adjustment_id,
        p_reverses_id => p_reverses_id);
    UPDATE grants g SET status = 'open', remaining = g.credits, granted_seq = coalesce(g.granted_seq, v_entry.seq)
    WHERE g.id = p_grant.id;
    INSERT INTO lot_remains (grant_id, user_id, seq, remaining)
    VALUES (p_grant.id, p_grant.user_id, v_entry.seq, p_grant.credits);
    PERFORM settle_lots(p_grant.user_id);
    RETURN v_entry;
END
$$;

-- Ends a lot for good: expired or voided. What is left in it leaves the balance with an entry of this kind; a lot with
-- nothing left ends without one.
CREATE OR REPLACE FUNCTION credits.close_lot(
    p_grant credits.grants, p_status text, p_kind text, p_caller_id integer, p_request_id text, p_reason text)
RETURNS credits.grants LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_seq bigint := (settle_lots(p_grant.user_id)).version;
    v_left constant bigint := (SELECT g.remaining FROM grants g WHERE g.id = p_grant.id);
    v_free constant bigint := CASE p_grant.category WHEN 'promotional' THEN v_left ELSE 0 END;
    v_time timestamptz := clock_timestamp();
    v_entry ledger_entries;
    v_grant grants;
BEGIN
    IF v_left > 0 THEN
        v_entry := post_entry(p_grant.user_id, p_kind, -v_free, v_free - v_left, p_caller_id, p_request_id, p_reason,
            p_grant_id => p_grant.id);
        v_seq := v_entry.seq;
        v_time := v_entry.created_at;
        INSERT INTO lot_remains (grant_id, user_id, seq, remaining) VALUES (p_grant.id, p_grant.user_id, v_seq, 0);
    END IF;
    UPDATE grants g SET status = p_status, remaining = 0, closed_seq = v_seq, closed_at = v_time,
        closed_by = p_caller_id, close_reason = p_reason
    WHERE g.id = p_grant.id RETURNING * INTO v_grant;
    PERFORM settle_lots(p_grant.user_id);
    RETURN v_grant;
END
$$;

-- Posts every lot of this account that has begun or expired by now, in the order of their times, and returns the account. The
-- account is locked. Nothing can have been charged since the first of them was due.
CREATE OR REPLACE FUNCTION credits.post_due_lots(p_account credits.accounts)
RETURNS credits.accounts LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_system constant integer := caller_id('system', 'system');
    v_grant grants;
BEGIN
    LOOP
        SELECT * INTO v_grant FROM grants g WHERE g.user_id = p_account.user_id AND g.due_at <= clock_timestamp()
        ORDER BY g.due_at, g.status, g.created_at, g.id LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF v_grant.status = 'scheduled' THEN
            PERFORM begin_lot(v_grant, 'grant', coalesce(v_grant.caller_id, v_system), NULL, v_grant.reason);
        ELSE
            PERFORM close_lot(v_grant, 'expired', 'expiry', v_system, NULL, 'The credits expired');
        END IF;
    END LOOP;
    RETURN settle_lots(p_account.user_id);
END
$$;

-- For a worker: posts the lots that have begun or expired of up to p_limit accounts, each exactly once. Accounts that another
-- session works on just now are left to it, so any number of instances may call this at the same time. Returns how many
-- accounts it looked after; call again while it is not 0. Charges do not wait for it: they post what is due themselves.
CREATE OR REPLACE FUNCTION public.post_due_lots(p_limit integer DEFAULT 100)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_account accounts;
    v_accounts integer := 0;
BEGIN
    FOR v_account IN SELECT a.* FROM accounts a
        WHERE a.user_id IN (SELECT g.user_id FROM grants g WHERE g.due_at <= clock_timestamp() ORDER BY g.due_at LIMIT p_limit)
        ORDER BY a.user_id FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        PERFORM post_due_lots(v_account);
        v_accounts := v_accounts + 1;
    END LOOP;
    RETURN v_accounts;
END
$$;
REVOKE ALL ON FUNCTION credits.begin_lot, credits.close_lot, credits.post_due_lots FROM PUBLIC;
REVOKE ALL ON FUNCTION public.post_due_lots FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.post_due_lots TO credits_app;
