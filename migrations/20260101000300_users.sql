-- Who has an account. Mirrors auth.users, so that searching and sorting never touch the balances.
-- A user who is erased stays as a row without e-mail and name: the ledger below it must never lose its owner.

CREATE TABLE IF NOT EXISTS credits.users (
    id uuid PRIMARY KEY,
    email text,
    email_key text GENERATED ALWAYS AS (lower(email)) STORED,
    name text,
    is_demo boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz
);
CREATE INDEX IF NOT EXISTS users_by_age ON credits.users (created_at, id);
CREATE INDEX IF NOT EXISTS users_by_email ON credits.users (email_key);
CREATE INDEX IF NOT EXISTS users_demo ON credits.users (id) WHERE is_demo;

DO $trigrams$
BEGIN
    -- The extension may live in another schema on a database that had it before.
    EXECUTE (SELECT format('CREATE INDEX IF NOT EXISTS users_by_part_of_email ON credits.users '
            'USING gin (email_key %I.gin_trgm_ops)', n.nspname)
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm');
END
$trigrams$;

-- Only demo users may ever be deleted, so nobody may become one later; and seals leave their rows out, so nobody may cease
-- to be one.
CREATE OR REPLACE FUNCTION credits.keep_demo_mark()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF NEW.is_demo <> OLD.is_demo THEN
        RAISE EXCEPTION 'a user is a demo user from the beginning or never' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER keep_demo_mark BEFORE UPDATE ON credits.users
    FOR EACH ROW EXECUTE FUNCTION credits.keep_demo_mark();

-- Ledger and audit are append-only. Demo users' rows are the one exception: demo data can be removed.
CREATE OR REPLACE FUNCTION credits.forbid_change()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
        IF EXISTS (SELECT FROM users u WHERE u.id = (to_jsonb(OLD) ->> 'user_id')::uuid AND u.is_demo) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '%.% is append-only: % is not possible. Post a correcting entry instead.',
        TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
END
$$;

CREATE OR REPLACE FUNCTION credits.make_append_only(p_table regclass)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON %s '
        'FOR EACH ROW EXECUTE FUNCTION credits.forbid_change()', p_table);
    PERFORM forbid_truncate(p_table);
END
$$;

CREATE OR REPLACE FUNCTION credits.forbid_truncate(p_table regclass)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION credits.forbid_change()', p_table);
END
$$;
SELECT credits.forbid_truncate('credits.users');

SELECT credits.secure_table('credits.users', 'id');
GRANT SELECT ON credits.users TO credits_app;
GRANT SELECT (id, email, name, created_at) ON credits.users TO authenticated;

-- A signed-in user's own row, and nobody else's.
CREATE OR REPLACE VIEW public.me WITH (security_invoker = true) AS
    SELECT u.id, u.email, u.name, u.created_at FROM credits.users u WHERE u.id = (SELECT auth.uid());
REVOKE ALL ON public.me FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.me TO authenticated;
