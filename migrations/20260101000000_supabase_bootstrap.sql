-- What Supabase brings and plain PostgreSQL lacks: the roles anon, authenticated and service_role, the table auth.users
-- and auth.uid(), auth.role(), auth.jwt(). Every step looks first, so on a Supabase database nothing happens here.
-- Nothing here needs a superuser: CREATEROLE and CREATE on the database are enough.

DO $bootstrap$
DECLARE
    v_role text;
BEGIN
    -- Roles belong to the whole cluster: two databases may be bootstrapped at the same moment.
    PERFORM pg_advisory_xact_lock(hashtext('creditsadmin bootstrap'));
    FOREACH v_role IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this cluster was faster
            END;
        END IF;
    END LOOP;
END
$bootstrap$;

DO $auth_users$
BEGIN
    IF to_regclass('auth.users') IS NULL THEN
        CREATE SCHEMA IF NOT EXISTS auth;
        CREATE TABLE auth.users (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            aud text DEFAULT 'authenticated',
            role text DEFAULT 'authenticated',
            email text,
            encrypted_password text,
            email_confirmed_at timestamptz,
            last_sign_in_at timestamptz,
            raw_app_meta_data jsonb DEFAULT '{}',
            raw_user_meta_data jsonb DEFAULT '{}',
            is_anonymous boolean NOT NULL DEFAULT false,
            created_at timestamptz DEFAULT now(),
            updated_at timestamptz DEFAULT now(),
            deleted_at timestamptz
        );
        CREATE UNIQUE INDEX users_email_key ON auth.users (lower(email)) WHERE deleted_at IS NULL;
    END IF;
END
$auth_users$;

DO $auth$
BEGIN
    IF to_regprocedure('auth.jwt()') IS NULL THEN
        CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' AS
            $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
        CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE SET search_path = '' AS
            $$ SELECT (auth.jwt() ->> 'sub')::uuid $$;
        CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE SET search_path = '' AS
            $$ SELECT auth.jwt() ->> 'role' $$;
        GRANT USAGE ON SCHEMA public, auth TO anon, authenticated, service_role;
        GRANT EXECUTE ON FUNCTION auth.jwt(), auth.uid(), auth.role() TO anon, authenticated, service_role;
    END IF;

    -- Searching users by any part of their e-mail needs trigrams; prices that never overlap need texts in a GiST index.
    -- An installation keeps an extension where it is.
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE SCHEMA IF NOT EXISTS extensions;
        CREATE EXTENSION pg_trgm SCHEMA extensions;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') THEN
        CREATE SCHEMA IF NOT EXISTS extensions;
        CREATE EXTENSION btree_gist SCHEMA extensions;
    END IF;
END
$auth$;
