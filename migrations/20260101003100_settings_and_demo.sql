-- Changes settings. NULL leaves one as it is. Refuses CR012 not allowed, CR013 out of range.
DROP FUNCTION IF EXISTS public.change_settings(bigint, bigint, text, text, text);
DROP FUNCTION IF EXISTS public.change_settings(bigint, bigint, text, text, text, bigint, integer);
CREATE OR REPLACE FUNCTION public.change_settings(
    p_sign_up_credits bigint, p_cents_per_credit bigint,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL,
    p_approval_limit bigint DEFAULT NULL, p_job_timeout_seconds integer DEFAULT NULL, p_usage_markup numeric DEFAULT NULL)
RETURNS credits.settings LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_before settings;
    v_after settings;
BEGIN
    PERFORM authorize(p_actor, p_via, 'staff:write');
    SELECT * INTO v_before FROM settings FOR NO KEY UPDATE;
    UPDATE settings s SET sign_up_credits = coalesce(p_sign_up_credits, s.sign_up_credits),
        cents_per_credit = coalesce(p_cents_per_credit, s.cents_per_credit),
        approval_limit = coalesce(p_approval_limit, s.approval_limit),
        job_timeout_seconds = coalesce(p_job_timeout_seconds, s.job_timeout_seconds),
        usage_markup = coalesce(trim_scale(p_usage_markup), s.usage_markup) RETURNING * INTO v_after;
    -- With cheaper credits, what was less than one may be more.
    UPDATE usage_accruals u SET in_arrears = true
    WHERE v_after.cents_per_credit < v_before.cents_per_credit AND NOT u.in_arrears
        AND u.owed * 100 >= v_after.cents_per_credit;
    PERFORM write_audit(p_actor, p_via, p_request_id, 'settings.change', NULL, NULL, to_jsonb(v_before), to_jsonb(v_after),
        NULL);
    RETURN v_after;
EXCEPTION WHEN check_violation THEN
    PERFORM refuse('CR013', 'That value is out of range.', jsonb_build_object('field', 'value'));
END
$$;

-- Removes every demo user with all that belongs to them, and nothing else. Returns how many users went.
CREATE OR REPLACE FUNCTION public.clear_demo_data(p_actor text DEFAULT NULL, p_via text DEFAULT 'sql')
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
DECLARE
    v_ids constant uuid[] := ARRAY(SELECT u.id FROM users u WHERE u.is_demo);
BEGIN
    PERFORM authorize(p_actor, p_via, 'staff:write');
    -- Nobody may move a demo user's credits between the deletion of the entries and that of the account.
    PERFORM FROM usage_accruals u WHERE u.user_id = ANY (v_ids) ORDER BY u.user_id FOR UPDATE;
    PERFORM FROM accounts a WHERE a.user_id = ANY (v_ids) ORDER BY a.user_id FOR UPDATE;
    PERFORM take_out_of_totals(v_ids);
    PERFORM clear_usage(v_ids);
    DELETE FROM audit_log WHERE user_id = ANY (v_ids);
    DELETE FROM ledger_entries WHERE user_id = ANY (v_ids);
    DELETE FROM adjustments WHERE user_id = ANY (v_ids);
    DELETE FROM lot_remains r USING grants g WHERE r.grant_id = g.id AND g.user_id = ANY (v_ids);
    DELETE FROM grants WHERE user_id = ANY (v_ids);
    DELETE FROM receipts WHERE user_id = ANY (v_ids);
    DELETE FROM jobs WHERE user_id = ANY (v_ids);
    DELETE FROM passwords WHERE user_id = ANY (v_ids);
    DELETE FROM staff WHERE user_id = ANY (v_ids);
    DELETE FROM accounts WHERE user_id = ANY (v_ids);
    DELETE FROM users WHERE id = ANY (v_ids);
    DELETE FROM auth.users WHERE id = ANY (v_ids);
    RETURN cardinality(v_ids);
END
$$;
REVOKE ALL ON FUNCTION public.change_settings, public.clear_demo_data FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.change_settings, public.clear_demo_data TO credits_app;

-- Functions are executable by everybody until somebody says otherwise. In schema credits nobody but the owner needs
-- one.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA credits FROM PUBLIC;

-- Lets the app see which migrations were applied. Files pasted into an SQL editor leave no such record.
DO $record$
BEGIN
    IF to_regclass('credits.schema_migrations') IS NOT NULL THEN
        GRANT SELECT ON credits.schema_migrations TO credits_app;
    END IF;
END
$record$;
