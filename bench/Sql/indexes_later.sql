CREATE TABLE bench.indexes AS
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
    WHERE s.nspname IN ('public', 'credits') AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$ BEGIN EXECUTE (SELECT string_agg('DROP INDEX ' || name, ';') FROM bench.indexes); END $$;
-- Load here.
DO $$ BEGIN EXECUTE (SELECT string_agg(definition, ';') FROM bench.indexes); END $$;
DROP TABLE bench.indexes;
