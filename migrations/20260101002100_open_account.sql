-- A sign-up is a row in auth.users, however it comes. It opens an account with the configured free credits, exactly
-- once.

-- Opens the account when there is none yet: safe to call again. Raises nothing.
CREATE OR REPLACE FUNCTION credits.open_account(
    p_user_id uuid, p_email text, p_name text, p_is_demo boolean, p_created_at timestamptz)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_credits constant bigint := (SELECT s.sign_up_credits FROM settings s);
    v_system constant integer := caller_id('system', 'system');
    v_grant grants;
BEGIN
    INSERT INTO users (id, email, name, is_demo, created_at)
    VALUES (p_user_id, p_email, p_name, p_is_demo, coalesce(p_created_at, now())) ON CONFLICT (id) DO NOTHING;
    INSERT INTO accounts (user_id) VALUES (p_user_id) ON CONFLICT DO NOTHING;
    IF NOT FOUND OR v_credits = 0 THEN
        RETURN;
    END IF;
    INSERT INTO grants (user_id, category, credits, source, caller_id, granted_by)
    VALUES (p_user_id, 'promotional', v_credits, 'sign_up', v_system, 'system') RETURNING * INTO v_grant;
    PERFORM begin_lot(v_grant, 'grant', v_system, NULL, 'Welcome credits');
END
$$;

-- Locks the account and returns it, with every lot that has begun or expired by now posted. Opens it first when the
-- sign-up's trigger could not (raises CR002 when nobody signed up).
CREATE OR REPLACE FUNCTION credits.lock_account(p_user_id uuid)
RETURNS credits.accounts LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_account accounts;
BEGIN
    SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM open_account(u.id, u.email, u.raw_user_meta_data ->> 'name', false, u.created_at)
        FROM auth.users u WHERE u.id = p_user_id;
        SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            PERFORM refuse('CR002', 'There is no account for this user.', jsonb_build_object('user_id', p_user_id));
        END IF;
    END IF;
    IF v_account.lots_change_at <= clock_timestamp() THEN
        RETURN post_due_lots(v_account);
    END IF;
    RETURN v_account;
END
$$;

-- Nobody may be kept from signing up because an account could not be opened: the first use of it opens it then. A change or
-- a deletion that cannot be followed is refused: a deleted member of staff must not stay one.
CREATE OR REPLACE FUNCTION credits.follow_auth_users()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM open_account(NEW.id, NEW.email, NEW.raw_user_meta_data ->> 'name',
            coalesce(NEW.raw_app_meta_data ->> 'demo', '') = 'true', NEW.created_at);
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE users u SET email = NEW.email, name = NEW.raw_user_meta_data ->> 'name'
        WHERE u.id = NEW.id AND u.erased_at IS NULL
            AND (u.email, u.name) IS DISTINCT FROM (NEW.email, NEW.raw_user_meta_data ->> 'name');
    ELSE
        UPDATE users u SET email = NULL, name = NULL, erased_at = now() WHERE u.id = OLD.id;
        UPDATE staff s SET disabled_at = now() WHERE s.user_id = OLD.id AND s.disabled_at IS NULL;
        DELETE FROM passwords p WHERE p.user_id = OLD.id;
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    IF TG_OP <> 'INSERT' THEN
        RAISE;
    END IF;
    RAISE WARNING 'credits: the account of user % opens at its first use: %', NEW.id, SQLERRM;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER credits_follow_sign_ups AFTER INSERT OR DELETE ON auth.users
    FOR EACH ROW EXECUTE FUNCTION credits.follow_auth_users();
CREATE OR REPLACE TRIGGER credits_follow_changes AFTER UPDATE OF email, raw_user_meta_data ON auth.users
    FOR EACH ROW EXECUTE FUNCTION credits.follow_auth_users();

-- Users who were there before: the same credits, the same once.
SELECT credits.open_account(u.id, u.email, u.raw_user_meta_data ->> 'name',
    coalesce(u.raw_app_meta_data ->> 'demo', '') = 'true', u.created_at)
FROM auth.users u WHERE NOT EXISTS (SELECT FROM credits.accounts a WHERE a.user_id = u.id);
REVOKE ALL ON FUNCTION credits.open_account, credits.lock_account, credits.follow_auth_users FROM PUBLIC;
