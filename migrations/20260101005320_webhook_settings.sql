-- When which event happens. Kept with the other settings, changed with the command line's `webhooks settings`.

ALTER TABLE credits.settings ADD COLUMN IF NOT EXISTS low_balance bigint NOT NULL DEFAULT 0
    CONSTRAINT settings_low_balance_in_range CHECK (low_balance BETWEEN 0 AND 1000000000000);
COMMENT ON COLUMN credits.settings.low_balance IS 'Below so many credits a balance is low; 0 means never.';
ALTER TABLE credits.settings ADD COLUMN IF NOT EXISTS expiry_notice_days integer NOT NULL DEFAULT 7
    CONSTRAINT settings_expiry_notice_in_range CHECK (expiry_notice_days BETWEEN 0 AND 365);
COMMENT ON COLUMN credits.settings.expiry_notice_days IS 'So many days before a grant expires that is told; 0 means never.';
ALTER TABLE credits.settings ADD COLUMN IF NOT EXISTS webhook_days integer NOT NULL DEFAULT 30
    CONSTRAINT settings_webhook_days_in_range CHECK (webhook_days BETWEEN 5 AND 3650);
COMMENT ON COLUMN credits.settings.webhook_days IS 'After so many days events and their deliveries are forgotten.';

SELECT credits.watch_low_balance();

-- Changes what is not NULL. A new threshold counts from the next movement on: who is below it already is told nothing until
-- they cross it. Lock: the settings. Refuses CR012 not allowed, CR013 out of range.
CREATE OR REPLACE FUNCTION public.change_webhook_settings(
    p_low_balance bigint, p_expiry_notice_days integer, p_webhook_days integer,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS credits.settings LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_before settings;
    v_after settings;
BEGIN
    PERFORM authorize(p_actor, p_via, 'staff:write');
    SELECT * INTO v_before FROM settings FOR NO KEY UPDATE;
    UPDATE settings s SET low_balance = coalesce(p_low_balance, s.low_balance),
        expiry_notice_days = coalesce(p_expiry_notice_days, s.expiry_notice_days),
        webhook_days = coalesce(p_webhook_days, s.webhook_days) RETURNING * INTO v_after;
    IF v_after IS DISTINCT FROM v_before THEN
        PERFORM write_audit(p_actor, p_via, p_request_id, 'settings.change', NULL, NULL, to_jsonb(v_before), to_jsonb(v_after),
            NULL);
    END IF;
    IF v_after.low_balance <> v_before.low_balance THEN
        PERFORM watch_low_balance();
    END IF;
    RETURN v_after;
EXCEPTION WHEN check_violation THEN
    PERFORM refuse('CR013', 'That value is out of range.', jsonb_build_object('field', 'value'));
END
$$;

-- A threshold of one user's own: credits, 0 for never, NULL for the one of the settings again. Lock: the account. Refuses
-- CR002 unknown user, CR003 out of range, CR012 not allowed.
CREATE OR REPLACE FUNCTION public.set_low_balance(
    p_user_id uuid, p_credits bigint,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_before bigint;
BEGIN
    PERFORM authorize(p_actor, p_via, 'webhooks:write');
    IF p_credits NOT BETWEEN 0 AND 1000000000000 THEN
        PERFORM refuse('CR003', 'credits must be a whole number from 0 to 1000000000000.',
            jsonb_build_object('field', 'credits'));
    END IF;
    v_before := (lock_account(p_user_id)).low_at;
    PERFORM set_config('credits.posting', 'on', true);
    UPDATE accounts a SET low_at = p_credits WHERE a.user_id = p_user_id;
    PERFORM set_config('credits.posting', 'off', true);
    PERFORM write_audit(p_actor, p_via, p_request_id, 'low_balance.set', p_user_id, p_user_id::text,
        jsonb_build_object('credits', v_before), jsonb_build_object('credits', p_credits), NULL);
    RETURN p_credits;
END
$$;
REVOKE ALL ON FUNCTION public.change_webhook_settings, public.set_low_balance FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.change_webhook_settings, public.set_low_balance TO credits_app;
