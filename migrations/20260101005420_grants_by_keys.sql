-- What keeps an API key that can grant from being worth stealing, and how grants are read.

-- What API keys may grant to one user within 24 hours, all of them together, is what one admin may adjust alone, in at
-- most a hundred grants: every lot makes a balance a little slower to read. More needs people. Under the account's lock,
-- so that two requests cannot both fit into what is left. Refuses CR050.
CREATE OR REPLACE FUNCTION credits.require_key_limit(p_actor text, p_user_id uuid, p_credits bigint)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_limit constant bigint := (SELECT s.approval_limit FROM settings s);
    v_granted bigint;
    v_grants bigint;
BEGIN
    IF p_actor IS NULL OR p_actor NOT LIKE 'key:%' THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(g.credits), 0), count(*) INTO v_granted, v_grants FROM grants g JOIN callers c ON c.id = g.caller_id
    WHERE g.user_id = p_user_id AND g.source = 'manual' AND c.actor LIKE 'key:%'
        AND g.created_at > clock_timestamp() - interval '24 hours';
    IF v_granted + p_credits > v_limit THEN
        PERFORM refuse('CR050', 'API keys do not grant so much to one user within a day.', jsonb_build_object(
            'field', 'credits', 'limit', v_limit, 'granted', v_granted));
    ELSIF v_grants >= 100 THEN
        PERFORM refuse('CR050', 'API keys make at most 100 grants to one user within a day.',
            jsonb_build_object('limit', 100, 'granted', v_grants));
    END IF;
END
$$;

-- A key voids what keys granted. What a payment or a member of staff gave is theirs to take back. Refuses CR012, and CR017 for
-- an unknown grant.
CREATE OR REPLACE FUNCTION credits.require_key_made(p_actor text, p_grant_id uuid)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_maker text;
BEGIN
    IF p_actor IS NULL OR p_actor NOT LIKE 'key:%' THEN
        RETURN;
    END IF;
    SELECT coalesce(c.actor, '') INTO v_maker FROM grants g LEFT JOIN callers c ON c.id = g.caller_id AND g.source = 'manual'
    WHERE g.id = p_grant_id;
    IF NOT FOUND THEN
        PERFORM refuse('CR017', 'There is no such grant.', jsonb_build_object('grant_id', p_grant_id));
    ELSIF v_maker NOT LIKE 'key:%' THEN
        PERFORM refuse('CR012', 'An API key voids only what an API key granted.', jsonb_build_object('grant_id', p_grant_id));
    END IF;
END
$$;

-- Refuses CR051 when the locked account has moved since somebody looked at it; NULL: whatever it is.
CREATE OR REPLACE FUNCTION credits.require_version(p_user_id uuid, p_expected_version bigint)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_version constant bigint := (SELECT a.version FROM accounts a WHERE a.user_id = p_user_id);
BEGIN
    IF v_version <> p_expected_version THEN
        PERFORM refuse('CR051', 'The balance has moved since you read it.', jsonb_build_object(
            'version', v_version, 'expected', p_expected_version));
    END IF;
END
$$;

-- The grants of a user, or one grant, with what is left in each now. No row for what is unknown or somebody else's: users
-- read their own, the service everybody's. Nobody's reasons: they are staff's words.
CREATE OR REPLACE FUNCTION public.list_grants(p_user_id uuid, p_grant_id uuid DEFAULT NULL)
RETURNS TABLE (id uuid, user_id uuid, category text, source text, status text, credits bigint, remaining bigint,
    priority integer, effective_at timestamptz, expires_at timestamptz, receipt_id uuid, created_at timestamptz,
    closed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    WITH asked AS (
        SELECT a.* FROM accounts a
        WHERE a.user_id = coalesce(p_user_id, (SELECT g.user_id FROM grants g WHERE g.id = p_grant_id))
            AND coalesce(a.user_id = auth.uid(), is_service())),
    left_over AS (
        SELECT l.grant_id, l.remaining FROM asked a CROSS JOIN LATERAL lots_at(a.user_id, a.version, a.free, a.paid) l)
    SELECT g.id, g.user_id, g.category, g.source, g.status, g.credits, coalesce(l.remaining, 0), g.priority,
        g.effective_at, g.expires_at, g.receipt_id, g.created_at, g.closed_at
    FROM asked a JOIN grants g ON g.user_id = a.user_id LEFT JOIN left_over l ON l.grant_id = g.id
    WHERE p_grant_id IS NULL OR g.id = p_grant_id
$$;

REVOKE ALL ON FUNCTION credits.require_key_limit, credits.require_key_made, credits.require_version FROM PUBLIC;
REVOKE ALL ON FUNCTION public.list_grants FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.list_grants TO authenticated, service_role, credits_app;
