-- Staff are users with a role. Local passwords (ASP.NET Core Identity's PBKDF2 format) live apart, so that no query
-- for a list can reach them.

CREATE TABLE IF NOT EXISTS credits.staff (
    user_id uuid PRIMARY KEY REFERENCES credits.users (id) ON DELETE RESTRICT,
    role text NOT NULL CONSTRAINT staff_role_is_known CHECK (role IN ('admin', 'support')),
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);
SELECT credits.secure_table('credits.staff');
GRANT SELECT ON credits.staff TO credits_app;

CREATE TABLE IF NOT EXISTS credits.passwords (
    user_id uuid PRIMARY KEY REFERENCES credits.users (id) ON DELETE RESTRICT,
    password_hash text NOT NULL,
    security_stamp uuid NOT NULL DEFAULT gen_random_uuid(),
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now()
);
SELECT credits.secure_table('credits.passwords');
GRANT SELECT ON credits.passwords TO credits_app;

-- What a role may do. Support looks at everything and moves nothing.
CREATE OR REPLACE FUNCTION credits.role_may(p_role text, p_permission text)
RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = credits, pg_temp AS $$
    SELECT p_role = 'admin' AND p_permission IN ('grants:write', 'adjustments:write', 'receipts:decide',
        'jobs:write', 'staff:write', 'keys:write', 'prices:write', 'webhooks:write')
$$;

-- Whether the actor may do this now. Read inside the transaction that moves the credits, so a role taken away counts at
-- once. staff:<uuid> and key:<uuid> are looked up, in the one spelling that everything else compares; cli, system and sql
-- callers are trusted by their login.
CREATE OR REPLACE FUNCTION credits.may(p_actor text, p_via text, p_permission text)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = credits, pg_temp AS $$
BEGIN
    RETURN CASE
        WHEN p_actor LIKE 'staff:%' THEN EXISTS (
            SELECT FROM staff s WHERE s.user_id = substr(p_actor, 7)::uuid AND p_actor = 'staff:' || s.user_id
                AND s.disabled_at IS NULL AND role_may(s.role, p_permission))
        WHEN p_actor LIKE 'key:%' THEN EXISTS (
            SELECT FROM api_keys k WHERE k.id = substr(p_actor, 5)::uuid AND p_actor = 'key:' || k.id
                AND k.revoked_at IS NULL AND p_permission = ANY (k.scopes)
                AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()))
        WHEN p_actor LIKE 'user:%' THEN false
        ELSE p_via IN ('cli', 'sql', 'system')
    END;
END
$$;

-- Refuses CR012 unless the actor may do this now.
CREATE OR REPLACE FUNCTION credits.authorize(p_actor text, p_via text, p_permission text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF may(p_actor, p_via, p_permission) IS NOT TRUE THEN
        PERFORM refuse_permission(p_permission);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION credits.refuse_permission(p_permission text)
RETURNS void LANGUAGE sql SET search_path = credits, pg_temp AS $$
    SELECT refuse('CR012', 'Your role does not allow this. Ask an admin.', jsonb_build_object('permission', p_permission))
$$;
REVOKE ALL ON FUNCTION credits.role_may, credits.may, credits.authorize, credits.refuse_permission FROM PUBLIC;
