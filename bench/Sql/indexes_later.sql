-- Keys, indexes and foreign keys rest while millions of rows come in; then each index is built at once, for both
-- contestants alike.
CREATE TABLE bench.rest AS
    SELECT 1 AS nr, c.contype = 'f' AS foreign_key, format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname)
        AS take, format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
            || CASE WHEN c.contype = 'f' THEN ' NOT VALID' ELSE '' END AS give
    FROM pg_constraint c JOIN pg_namespace s ON s.oid = c.connamespace
    WHERE s.nspname IN ('public', 'credits') AND c.contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 2, false, format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
    WHERE s.nspname IN ('public', 'credits') AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$ BEGIN EXECUTE (SELECT string_agg(take, ';' ORDER BY NOT foreign_key) FROM bench.rest); END $$;
-- Load here.
DO $$ BEGIN EXECUTE (SELECT string_agg(give, ';' ORDER BY foreign_key, nr) FROM bench.rest); END $$;
DROP TABLE bench.rest;
