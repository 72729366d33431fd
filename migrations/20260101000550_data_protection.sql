-- The keys that sign cookies and forms. In the database, so that a restart signs nobody out and every instance has
-- the same.

CREATE TABLE IF NOT EXISTS credits.data_protection_keys (
    name text PRIMARY KEY,
    xml text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT credits.secure_table('credits.data_protection_keys');
GRANT SELECT ON credits.data_protection_keys TO credits_app;

CREATE OR REPLACE FUNCTION public.store_data_protection_key(p_name text, p_xml text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = credits, pg_temp AS $$
    INSERT INTO data_protection_keys (name, xml) VALUES (p_name, p_xml) ON CONFLICT (name) DO NOTHING
$$;
REVOKE ALL ON FUNCTION public.store_data_protection_key FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.store_data_protection_key TO credits_app;
