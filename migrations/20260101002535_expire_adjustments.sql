-- Adjustments that nobody decided within 24 hours expire; nothing moves. Those that another session decides just now are
-- left to it. Audited. Returns how many expired; call again while it is p_limit. Lock: each adjustment.
CREATE OR REPLACE FUNCTION public.expire_adjustments(p_limit integer DEFAULT 100)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_adjustment adjustments;
    v_expired integer := 0;
BEGIN
    FOR v_adjustment IN SELECT * FROM adjustments a WHERE a.status = 'pending' AND a.deadline <= clock_timestamp()
        ORDER BY a.deadline LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        UPDATE adjustments a SET status = 'expired', decided_at = clock_timestamp() WHERE a.id = v_adjustment.id;
        PERFORM write_audit('system', 'system', NULL, 'adjustment.expire', v_adjustment.user_id, v_adjustment.id::text,
            jsonb_build_object('status', 'pending'), jsonb_build_object('status', 'expired'), NULL);
        v_expired := v_expired + 1;
    END LOOP;
    RETURN v_expired;
END
$$;
REVOKE ALL ON FUNCTION public.expire_adjustments FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.expire_adjustments TO credits_app;
