-- Who has how many credits. Narrow, with no index but its key and half of each page free, so that every update stays
-- on its page: an index on a balance would make every charge several times slower.

CREATE TABLE IF NOT EXISTS credits.accounts (
    user_id uuid PRIMARY KEY REFERENCES credits.users (id) ON DELETE RESTRICT,
    free bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_free_is_never_negative CHECK (free >= 0),
    paid bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_paid_is_never_negative CHECK (paid >= 0),
    version bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_version_counts_entries CHECK (version >= 0)
) WITH (fillfactor = 50);
COMMENT ON COLUMN credits.accounts.version IS 'The seq of the last ledger entry. It moves exactly when the balance moves.';

SELECT credits.secure_table('credits.accounts', 'user_id');
GRANT SELECT ON credits.accounts TO credits_app, service_role, authenticated;

CREATE OR REPLACE VIEW public.balances WITH (security_invoker = true) AS
    SELECT a.user_id, a.free + a.paid AS available, a.free, a.paid, a.version FROM credits.accounts a;
REVOKE ALL ON public.balances FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.balances TO authenticated, service_role, credits_app;
