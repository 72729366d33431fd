-- I10: the rows are those that were sealed, each seal follows the one before it, and the last one that a check has seen is
-- still there. A seal computed anew costs as much as making it. With p_since: the seals over entries after that id.
CREATE OR REPLACE FUNCTION credits.check_seals(p_since bigint)
RETURNS TABLE (invariant text, place text) LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
    v_seal seals;
    v_before seals;
BEGIN
    FOR v_seal IN SELECT * FROM seals s WHERE p_since IS NULL OR s.last_entry_id > p_since ORDER BY s.id LOOP
        SELECT * INTO v_before FROM seals s WHERE s.id = v_seal.id - 1;
        IF compute_seal(v_seal) IS DISTINCT FROM v_seal
            OR v_seal.previous_hash IS DISTINCT FROM coalesce(v_before.hash, '')
            OR (v_before.id IS NULL AND v_seal.id <> 1)
            OR v_seal.first_entry_id <> coalesce(v_before.last_entry_id, 0) + 1
            OR v_seal.first_action_id <> coalesce(v_before.last_action_id, 0) + 1
        THEN
            RETURN QUERY SELECT 'I10', 'seal ' || v_seal.id;
        END IF;
    END LOOP;

    -- No seal covers ids below the first one.
    RETURN QUERY
    SELECT 'I10', 'entry ' || e.id FROM ledger_entries e WHERE e.id < 1 AND p_since IS NULL
    UNION ALL SELECT 'I10', 'action ' || a.id FROM audit_log a WHERE a.id < 1 AND p_since IS NULL;

    RETURN QUERY
    SELECT 'I10', 'missing seal ' || c.seal_id FROM (SELECT * FROM ledger_checks k ORDER BY k.id DESC LIMIT 1) c
    WHERE NOT EXISTS (SELECT FROM seals s WHERE s.id = c.seal_id AND s.hash = c.seal_hash) AND c.seal_id IS NOT NULL;
END
$$;
REVOKE ALL ON FUNCTION credits.check_seals FROM PUBLIC;
