-- Tells of up to p_limit grants that expire within the days of the settings, each once, when somebody wants to know and
-- something is left in it. Grants that another session works on just now are left for the next call. Returns how many it looked
-- at; call again while it is p_limit. Lock: the grants only.
CREATE OR REPLACE FUNCTION public.tell_expiring_grants(p_limit integer DEFAULT 100)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_days constant integer := (SELECT s.expiry_notice_days FROM settings s);
    v_grant grants;
    v_left bigint;
    v_told integer := 0;
BEGIN
    IF v_days = 0 OR cardinality(subscribers('grant.expiring')) = 0 THEN
        RETURN 0;
    END IF;
    FOR v_grant IN
        SELECT * FROM grants g WHERE g.status = 'open' AND g.due_at IS NOT NULL AND NOT g.expiry_told
            AND g.due_at <= clock_timestamp() + make_interval(days => v_days)
        ORDER BY g.due_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        SELECT l.remaining INTO v_left
        FROM accounts a CROSS JOIN LATERAL lots_at(a.user_id, a.version, a.free, a.paid) l
        WHERE a.user_id = v_grant.user_id AND l.grant_id = v_grant.id;
        UPDATE grants g SET expiry_told = true WHERE g.id = v_grant.id;
        IF v_left > 0 THEN
            PERFORM emit_event('grant.expiring', v_grant.user_id, jsonb_build_object('grant', v_grant.id,
                'user', v_grant.user_id, 'category', v_grant.category, 'credits', v_grant.credits, 'remaining', v_left,
                'expires_at', utc_text(v_grant.expires_at)));
        END IF;
        v_told := v_told + 1;
    END LOOP;
    RETURN v_told;
END
$$;
REVOKE ALL ON FUNCTION public.tell_expiring_grants FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.tell_expiring_grants TO credits_app;
