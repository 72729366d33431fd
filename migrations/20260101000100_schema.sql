-- Schema credits: the tables, private. Schema public: what others may call. Two logins: credits_app for the console,
-- the API and the command line; credits_user for signed-in users, who become authenticated. Neither owns anything.

CREATE SCHEMA IF NOT EXISTS credits;

-- Builds before the first release had other tables, which these files would only half change.
DO $earlier$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('credits.ledger_entries') AND attname = 'actor') THEN
        RAISE EXCEPTION 'This database was made by an earlier build whose tables have another form. Nothing was changed. '
            'Read it with that build, or give this one a database of its own.';
    END IF;
END
$earlier$;

DO $roles$
DECLARE
    v_role text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('creditsadmin bootstrap'));
    FOREACH v_role IN ARRAY ARRAY['credits_app', 'credits_user'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this cluster was faster
            END;
        END IF;
    END LOOP;
    -- NOINHERIT: until a transaction says SET LOCAL ROLE authenticated, this login may do nothing at all.
    IF NOT pg_has_role('credits_user', 'authenticated', 'MEMBER') THEN
        GRANT authenticated TO credits_user;
    END IF;
END
$roles$;

REVOKE ALL ON SCHEMA credits FROM PUBLIC;
GRANT USAGE ON SCHEMA credits, public TO credits_app;
-- The views of schema public must find auth.uid() when the caller is a user.
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;

-- Refuses a request: the SQLSTATE names the rule, DETAIL carries its numbers as JSON. Callers never parse English.
CREATE OR REPLACE FUNCTION credits.refuse(p_code text, p_message text, p_detail jsonb DEFAULT '{}')
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = p_code, MESSAGE = p_message, DETAIL = p_detail::text;
END
$$;

-- A uuid of this time, given in 1/4096 milliseconds since 1970 (RFC 9562, version 7, with the twelve bits after the
-- milliseconds as a finer clock): new rows go to the end of an index, in the order in which they were made. Both functions
-- have no search_path of their own, so that the planner puts them in place of the call.
CREATE OR REPLACE FUNCTION credits.id_at(p_ticks bigint)
RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (pg_catalog.overlay('0' || pg_catalog.to_hex(p_ticks), '7', 13, 0)
        || pg_catalog.substr(pg_catalog.gen_random_uuid()::text, 20))::uuid
$$;

CREATE OR REPLACE FUNCTION credits.new_id()
RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT credits.id_at((pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 4096000)::bigint)
$$;

-- Refuses CR013 unless the text is 1 to p_longest characters without control characters; blank counts as missing.
CREATE OR REPLACE FUNCTION credits.require_text(p_field text, p_value text, p_longest integer)
RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_value IS NULL OR btrim(p_value) = '' THEN
        PERFORM refuse('CR013', format('%s is missing.', p_field), jsonb_build_object('field', p_field));
    ELSIF length(p_value) > p_longest THEN
        PERFORM refuse('CR013', format('%s is longer than %s characters.', p_field, p_longest),
            jsonb_build_object('field', p_field, 'longest', p_longest));
    ELSIF p_value ~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' THEN
        PERFORM refuse('CR013', format('%s contains control characters.', p_field), jsonb_build_object('field', p_field));
    END IF;
END
$$;

-- Row security for a table of this schema: nobody may do anything but what is granted after this call. The functions
-- write as the tables' owner, whom row security does not concern; to ask it there too would cost every charge a tenth.
-- credits_app and service_role read; with p_user_column a user reads the rows that are theirs.
CREATE OR REPLACE FUNCTION credits.secure_table(p_table regclass, p_user_column text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', p_table);
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, anon, authenticated, service_role, credits_app, credits_user', p_table);
    EXECUTE format('DROP POLICY IF EXISTS service_reads ON %s', p_table);
    EXECUTE format('CREATE POLICY service_reads ON %s FOR SELECT TO credits_app, service_role USING (true)', p_table);
    EXECUTE format('DROP POLICY IF EXISTS users_read_their_own ON %s', p_table);
    IF p_user_column IS NOT NULL THEN
        -- The subselect is evaluated once for the statement, not once for every row.
        EXECUTE format('CREATE POLICY users_read_their_own ON %s FOR SELECT TO authenticated '
            'USING (%I = (SELECT auth.uid()))', p_table, p_user_column);
    END IF;
END
$$;
