-- Local accounts: users and staff who sign in here rather than through Supabase Auth.

-- Creates a user in auth.users, whose trigger opens the account. Refuses CR015 when the e-mail is taken, CR013 when
-- unusable.
CREATE OR REPLACE FUNCTION public.create_user(
    p_email text, p_name text DEFAULT NULL, p_password_hash text DEFAULT NULL, p_is_demo boolean DEFAULT false)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_id constant uuid := gen_random_uuid();
BEGIN
    PERFORM require_text('email', p_email, 320);
    IF p_email !~ '^[^@\s]+@[^@\s]+$' THEN
        PERFORM refuse('CR013', 'That is not an e-mail address.', jsonb_build_object('field', 'email'));
    END IF;
    IF p_name IS NOT NULL THEN
        PERFORM require_text('name', p_name, 200);
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(lower(p_email), 0));
    IF EXISTS (SELECT FROM users u WHERE u.email_key = lower(p_email)) THEN
        PERFORM refuse('CR015', 'There is already a user with this e-mail address.', jsonb_build_object('field', 'email'));
    END IF;
    INSERT INTO auth.users (id, aud, role, email, raw_user_meta_data, raw_app_meta_data, created_at, updated_at)
    VALUES (v_id, 'authenticated', 'authenticated', p_email,
        CASE WHEN p_name IS NULL THEN '{}' ELSE jsonb_build_object('name', p_name) END,
        CASE WHEN p_is_demo THEN '{"demo": "true"}' ELSE '{}' END::jsonb, now(), now());
    IF p_password_hash IS NOT NULL THEN
        -- The trigger on auth.users forgives its own faults; a password needs the user's row now.
        PERFORM lock_account(v_id);
        INSERT INTO passwords (user_id, password_hash) VALUES (v_id, p_password_hash);
    END IF;
    RETURN v_id;
END
$$;

-- Makes a user staff with this role, or changes the role; with a hash also sets the password and ends older sessions.
-- Refuses CR002 unknown user, CR012 not allowed.
CREATE OR REPLACE FUNCTION public.set_staff(
    p_user_id uuid, p_role text, p_password_hash text DEFAULT NULL,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_before constant text := (SELECT s.role FROM staff s WHERE s.user_id = p_user_id AND s.disabled_at IS NULL);
BEGIN
    PERFORM authorize(p_actor, p_via, 'staff:write');
    PERFORM lock_account(p_user_id);
    IF p_role IS NULL OR p_role NOT IN ('admin', 'support') THEN
        PERFORM refuse('CR013', 'role must be admin or support.', jsonb_build_object('field', 'role'));
    END IF;
    INSERT INTO staff (user_id, role) VALUES (p_user_id, p_role)
    ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, disabled_at = NULL;
    IF p_password_hash IS NOT NULL THEN
        INSERT INTO passwords (user_id, password_hash) VALUES (p_user_id, p_password_hash)
        ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, security_stamp = gen_random_uuid(),
            failed_attempts = 0, locked_until = NULL, changed_at = now();
    END IF;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'staff.set', p_user_id, p_user_id::text,
        jsonb_build_object('role', v_before), jsonb_build_object('role', p_role), NULL);
END
$$;

-- Counts an attempt before the password is looked at, so that a burst of guesses is counted like a row of them. False while
-- the account is locked: after five attempts without success for a minute, then for as many minutes as there were more, at
-- most 15.
CREATE OR REPLACE FUNCTION public.begin_sign_in(p_user_id uuid)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
BEGIN
    UPDATE passwords p SET failed_attempts = p.failed_attempts + 1,
        locked_until = CASE WHEN p.failed_attempts >= 4
            THEN clock_timestamp() + least(p.failed_attempts - 3, 15) * interval '1 minute' END
    WHERE p.user_id = p_user_id AND (p.locked_until IS NULL OR p.locked_until <= clock_timestamp());
    RETURN FOUND;
END
$$;

-- The password was right: nothing is held against the account any more.
CREATE OR REPLACE FUNCTION public.complete_sign_in(p_user_id uuid)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    UPDATE passwords SET failed_attempts = 0, locked_until = NULL WHERE user_id = p_user_id
$$;

REVOKE ALL ON FUNCTION public.create_user, public.set_staff, public.begin_sign_in, public.complete_sign_in
    FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.create_user, public.set_staff, public.begin_sign_in, public.complete_sign_in TO credits_app;
