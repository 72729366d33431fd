-- Seals everything up to the mark that an earlier call set, unless a transaction of that moment writes still, and sets the
-- next mark. Returns how many seals were made, at most p_most; call again while it is not 0. One call at a time: while
-- another one works it returns 0. Moves no credits. Lock: an advisory one.
CREATE OR REPLACE FUNCTION public.seal_ledger(p_most integer DEFAULT 20)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_mark seal_marks;
    v_made integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('creditsadmin seals', 0)) THEN
        RETURN 0;
    END IF;
    SELECT * INTO v_mark FROM seal_marks;
    IF FOUND AND EXISTS (SELECT FROM writers('credits.ledger_entries', 'credits.audit_log') w
        WHERE w.writer = ANY (v_mark.writers)) THEN
        RETURN 0;
    END IF;
    WHILE v_made < p_most AND seal_next(v_mark.entry_id, v_mark.action_id) LOOP
        v_made := v_made + 1;
    END LOOP;
    IF v_made < p_most THEN
        PERFORM mark_seal();
    END IF;
    RETURN v_made;
END
$$;

-- Adds one seal over the next 5,000 entries and actions, none beyond these ids. False when nothing is left.
CREATE OR REPLACE FUNCTION credits.seal_next(p_entry_id bigint, p_action_id bigint)
RETURNS boolean LANGUAGE plpgsql SET search_path = credits, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_last seals;
    v_seal seals;
BEGIN
    SELECT * INTO v_last FROM seals s ORDER BY s.id DESC LIMIT 1;
    v_seal.id := coalesce(v_last.id, 0) + 1;
    v_seal.first_entry_id := coalesce(v_last.last_entry_id, 0) + 1;
    v_seal.first_action_id := coalesce(v_last.last_action_id, 0) + 1;
    v_seal.last_entry_id := coalesce((SELECT max(n.id) FROM (SELECT e.id FROM ledger_entries e
        WHERE e.id >= v_seal.first_entry_id AND e.id <= p_entry_id ORDER BY e.id LIMIT 5000) n), v_last.last_entry_id, 0);
    v_seal.last_action_id := coalesce((SELECT max(n.id) FROM (SELECT a.id FROM audit_log a
        WHERE a.id >= v_seal.first_action_id AND a.id <= p_action_id ORDER BY a.id LIMIT 5000) n), v_last.last_action_id, 0);
    IF v_seal.last_entry_id < v_seal.first_entry_id AND v_seal.last_action_id < v_seal.first_action_id THEN
        RETURN false;
    END IF;
    v_seal.sealed_at := clock_timestamp();
    v_seal.previous_hash := coalesce(v_last.hash, '');
    v_seal := compute_seal(v_seal);
    INSERT INTO seals SELECT v_seal.*;
    RETURN true;
END
$$;

-- What a seal's hash covers, line by line, and the hash as the last line; without a number, the rows that no seal covers
-- yet. Whoever stores these lines can verify the chain with sha256sum alone.
CREATE OR REPLACE FUNCTION public.read_seal(p_seal_id bigint DEFAULT NULL)
RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_seal seals;
    v_last seals;
BEGIN
    IF p_seal_id IS NULL THEN
        SELECT * INTO v_last FROM seals s ORDER BY s.id DESC LIMIT 1;
        RETURN QUERY SELECT l.line FROM entry_lines(coalesce(v_last.last_entry_id, 0) + 1, 9223372036854775807) l;
        RETURN QUERY SELECT l.line FROM action_lines(coalesce(v_last.last_action_id, 0) + 1, 9223372036854775807) l;
        RETURN;
    END IF;
    SELECT * INTO STRICT v_seal FROM seals s WHERE s.id = p_seal_id;
    RETURN QUERY SELECT l.line FROM entry_lines(v_seal.first_entry_id, v_seal.last_entry_id) l;
    RETURN QUERY SELECT l.line FROM action_lines(v_seal.first_action_id, v_seal.last_action_id) l;
    RETURN NEXT seal_line(v_seal);
    RETURN NEXT encode(v_seal.hash, 'hex');
END
$$;
REVOKE ALL ON FUNCTION credits.seal_next FROM PUBLIC;
REVOKE ALL ON FUNCTION public.seal_ledger, public.read_seal FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.seal_ledger, public.read_seal TO credits_app;
