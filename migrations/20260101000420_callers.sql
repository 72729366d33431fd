-- Who asked for what, written once: jobs and ledger entries point here with four bytes instead of repeating fifty.
-- Idempotency keys belong to a caller: two front ends may use the same one.

CREATE TABLE IF NOT EXISTS credits.callers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL CONSTRAINT callers_actor_fits CHECK (length(actor) BETWEEN 1 AND 200),
    via text NOT NULL CONSTRAINT callers_via_is_known CHECK (via IN ('console', 'api', 'cli', 'sql', 'system', 'user')),
    CONSTRAINT callers_are_unique UNIQUE (actor, via)
);
COMMENT ON COLUMN credits.callers.actor IS
    'staff:<user id>, key:<API key id>, user:<user id>, cli:<system user>, sql:<login> or system.';
SELECT credits.make_append_only('credits.callers');
SELECT credits.secure_table('credits.callers');
GRANT SELECT ON credits.callers TO credits_app;

-- The caller's number. Nobody named means the login that asks.
CREATE OR REPLACE FUNCTION credits.caller_id(p_actor text, p_via text)
RETURNS integer LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_actor constant text := coalesce(p_actor, 'sql:' || session_user);
    v_id integer := (SELECT c.id FROM callers c WHERE c.actor = v_actor AND c.via = p_via);
BEGIN
    IF v_id IS NULL THEN
        INSERT INTO callers (actor, via) VALUES (v_actor, p_via) ON CONFLICT DO NOTHING;
        SELECT c.id INTO v_id FROM callers c WHERE c.actor = v_actor AND c.via = p_via;
    END IF;
    RETURN v_id;
END
$$;

-- An idempotency key as it is stored. Most keys are uuids, and those take 17 bytes instead of 37; every other one is kept as
-- it came. Visible ASCII never begins with a zero byte, so the two cannot be mistaken. Without a search_path of its own and
-- not STRICT, so that the planner puts it in place of the call: that is five times faster.
CREATE OR REPLACE FUNCTION credits.pack_key(p_key text)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_key LIKE '________-____-____-____-____________' AND p_key !~ '[^0-9a-f-]'
            AND pg_catalog.length(pg_catalog.replace(p_key, '-', '')) = 32
        THEN '\x00'::bytea || pg_catalog.uuid_send(p_key::uuid) ELSE pg_catalog.convert_to(p_key, 'UTF8') END
$$;
REVOKE ALL ON FUNCTION credits.caller_id, credits.pack_key FROM PUBLIC;
