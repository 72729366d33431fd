-- Every action of staff, written in the same transaction as its effect. Append-only.

CREATE TABLE IF NOT EXISTS credits.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    via text NOT NULL CONSTRAINT audit_log_via_is_known CHECK (via IN ('console', 'api', 'cli', 'sql', 'system', 'user')),
    action text NOT NULL,
    user_id uuid,
    subject_id text,
    before jsonb,
    after jsonb,
    reason text,
    request_id text
);
CREATE INDEX IF NOT EXISTS audit_log_by_user ON credits.audit_log (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS audit_log_by_subject ON credits.audit_log (subject_id) WHERE subject_id IS NOT NULL;
COMMENT ON COLUMN credits.audit_log.actor IS
    'staff:<user id>, key:<API key id>, user:<user id>, cli:<system user> or sql:<login>.';

SELECT credits.make_append_only('credits.audit_log');
SELECT credits.secure_table('credits.audit_log');
GRANT SELECT ON credits.audit_log TO credits_app;

CREATE OR REPLACE FUNCTION credits.write_audit(
    p_actor text, p_via text, p_request_id text, p_action text, p_user_id uuid, p_subject_id text,
    p_before jsonb, p_after jsonb, p_reason text)
RETURNS void LANGUAGE sql SET search_path = credits, pg_temp AS $$
    INSERT INTO audit_log (actor, via, request_id, action, user_id, subject_id, before, after, reason)
    VALUES (coalesce(p_actor, 'sql:' || session_user), p_via, p_request_id, p_action, p_user_id, p_subject_id,
        p_before, p_after, p_reason)
$$;
REVOKE ALL ON FUNCTION credits.write_audit FROM PUBLIC;
