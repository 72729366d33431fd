-- Who has how many credits. Narrow, with no index but its key and half of each page free, so that every update stays
-- on its page: an index on a balance would make every charge several times slower.

CREATE TABLE IF NOT EXISTS credits.accounts (
    user_id uuid PRIMARY KEY REFERENCES credits.users (id) ON DELETE RESTRICT,
    free bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_free_is_never_negative CHECK (free >= 0),
    paid bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_paid_is_never_negative CHECK (paid >= 0),
    version bigint NOT NULL DEFAULT 0 CONSTRAINT accounts_version_counts_entries CHECK (version >= 0),
    free_before bigint NOT NULL DEFAULT 0,
    lots_change_at timestamptz NOT NULL DEFAULT 'infinity',
    burn_order bigint[],
    CONSTRAINT accounts_without_entries_are_empty CHECK (version > 0 OR free + paid = 0)
) WITH (fillfactor = 50);
ALTER TABLE credits.accounts ADD COLUMN IF NOT EXISTS low_at bigint;
COMMENT ON COLUMN credits.accounts.low_at IS 'Below so many credits the balance is low; NULL: as the settings say, 0: never.';
COMMENT ON COLUMN credits.accounts.version IS 'The seq of the last ledger entry. It moves exactly when the balance moves.';
COMMENT ON COLUMN credits.accounts.free_before IS
    'Free credits before the last movement: what an UPDATE of many accounts needs to know and RETURNING cannot tell.';
COMMENT ON COLUMN credits.accounts.lots_change_at IS
    'When the next lot begins or expires. From then on nothing is charged before that has been posted.';
COMMENT ON COLUMN credits.accounts.burn_order IS
    'NULL: free credits before paid ones. Otherwise see credits.split_charge.';

-- A balance moves together with the entry that explains it: nothing but the functions that write both may touch one, not
-- even the owner by mistake.
CREATE OR REPLACE FUNCTION credits.refuse_movement()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'balances move with a ledger entry: use the functions of schema public' USING ERRCODE = '42501';
END
$$;
CREATE OR REPLACE TRIGGER accounts_move_with_the_ledger BEFORE UPDATE ON credits.accounts FOR EACH STATEMENT
    WHEN (current_setting('credits.posting', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION credits.refuse_movement();
REVOKE ALL ON FUNCTION credits.refuse_movement FROM PUBLIC;

SELECT credits.forbid_truncate('credits.accounts');
SELECT credits.secure_table('credits.accounts', 'user_id');
GRANT SELECT ON credits.accounts TO credits_app, service_role;
GRANT SELECT (user_id, free, paid, version, lots_change_at) ON credits.accounts TO authenticated;
