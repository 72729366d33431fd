-- The background check: looks whether one is due, makes it and keeps the result for every instance of the app. Due is a
-- recent one p_seconds after the last check, a full one an hour after the last full one, a minute after one that found
-- something, at once when a recent one finds something, and whenever p_full says so. Returns the last check and the last full
-- one, which may be another instance's: one checks at a time. Moves no credits. Lock: an advisory one.
CREATE OR REPLACE FUNCTION public.watch_ledger(p_seconds integer DEFAULT 30, p_full boolean DEFAULT false)
RETURNS SETOF credits.ledger_checks LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_last ledger_checks;
    v_full ledger_checks;
    v_now constant timestamptz := clock_timestamp();
BEGIN
    IF pg_try_advisory_xact_lock(hashtextextended('creditsadmin ledger check', 0)) THEN
        SELECT * INTO v_last FROM ledger_checks c ORDER BY c.id DESC LIMIT 1;
        SELECT * INTO v_full FROM ledger_checks c WHERE c.scope = 'full' ORDER BY c.id DESC LIMIT 1;
        IF p_full OR v_full.id IS NULL
            OR v_full.finished_at < v_now - (CASE WHEN v_full.violations > 0 THEN interval '1 minute' ELSE interval '1 hour' END)
        THEN
            PERFORM record_check('full', NULL);
        -- Instances that tick side by side: the second one has nothing to do.
        ELSIF v_last.finished_at < v_now - make_interval(secs => p_seconds / 2.0) THEN
            IF record_check('recent', v_last.entry_id) > 0 AND v_full.violations = 0 THEN
                PERFORM record_check('full', NULL);
            END IF;
        END IF;
        DELETE FROM ledger_checks c WHERE c.finished_at < v_now - interval '7 days' AND c.violations = 0;
    END IF;
    RETURN QUERY (SELECT * FROM ledger_checks c ORDER BY c.id DESC LIMIT 1)
        UNION (SELECT * FROM ledger_checks c WHERE c.scope = 'full' ORDER BY c.id DESC LIMIT 1);
END
$$;

-- Makes one check and keeps it; returns how many violations it found.
CREATE OR REPLACE FUNCTION credits.record_check(p_scope text, p_since bigint)
RETURNS bigint LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_started constant timestamptz := clock_timestamp();
    v_seal seals;
    v_violations bigint;
BEGIN
    -- Before the check: what is sealed in the meantime is looked at by the next one again.
    SELECT * INTO v_seal FROM seals s ORDER BY s.id DESC LIMIT 1;
    INSERT INTO ledger_checks (started_at, finished_at, scope, entry_id, seal_id, seal_hash, broken, violations, unsound)
    SELECT v_started, clock_timestamp(), p_scope, coalesce(v_seal.last_entry_id, 0), v_seal.id, v_seal.hash,
        coalesce(jsonb_agg(jsonb_build_object('invariant', c.invariant, 'law', c.law, 'violations', c.violations,
            'example', c.example)) FILTER (WHERE c.violations > 0), '[]'),
        coalesce(sum(c.violations), 0), coalesce(bool_or(c.violations > 0 AND c.invariant <> 'I12'), false)
    FROM public.check_ledger(p_since) c
    RETURNING violations INTO v_violations;
    RETURN v_violations;
END
$$;
REVOKE ALL ON FUNCTION credits.record_check FROM PUBLIC;
REVOKE ALL ON FUNCTION public.watch_ledger FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.watch_ledger TO credits_app;
