-- The price book: what a model costs in dollars, or an operation in credits, from when until when. A version of a price is
-- never changed: a new one ends it. So a job, an estimate or a record of usage can point to the price that it was made with.

-- Dollars for a million tokens, an image or a second. NaN and infinity are greater than any number, so the upper end keeps
-- them out as well. 15 decimal places: what one token costs to 21.
DO $rate$
BEGIN
    IF to_regtype('credits.rate') IS NULL THEN
        CREATE DOMAIN credits.rate AS numeric
            CONSTRAINT rate_in_range CHECK (VALUE >= 0 AND VALUE < 1000000000 AND scale(VALUE) <= 15);
    END IF;
    IF to_regtype('public.price_result') IS NULL THEN
        CREATE TYPE public.price_result AS (
            id uuid, provider text, model text, operation text, input_per_million numeric, cached_input_per_million numeric,
            output_per_million numeric, per_image numeric, per_second numeric, credits bigint, effective_from timestamptz,
            effective_to timestamptz, source text, created_by text, reason text, created_at timestamptz, changed boolean);
    END IF;
END
$rate$;

CREATE TABLE IF NOT EXISTS credits.prices (
    id uuid PRIMARY KEY DEFAULT credits.new_id(),
    provider text CONSTRAINT prices_provider_fits CHECK (length(provider) BETWEEN 1 AND 200),
    model text CONSTRAINT prices_model_fits CHECK (length(model) BETWEEN 1 AND 200),
    operation text CONSTRAINT prices_operation_fits CHECK (length(operation) BETWEEN 1 AND 100),
    input_per_million credits.rate,
    cached_input_per_million credits.rate,
    output_per_million credits.rate,
    per_image credits.rate,
    per_second credits.rate,
    credits bigint CONSTRAINT prices_credits_in_range CHECK (credits BETWEEN 0 AND 1000000000000),
    effective_from timestamptz NOT NULL
        CONSTRAINT prices_begin_in_range CHECK (effective_from >= '2000-01-01Z' AND effective_from < '2100-01-01Z'),
    effective_to timestamptz CONSTRAINT prices_end_after_they_begin CHECK (effective_to >= effective_from),
    source text NOT NULL CONSTRAINT prices_source_is_known CHECK (source IN ('manual', 'import')),
    created_by text NOT NULL,
    reason text CONSTRAINT prices_reason_fits CHECK (length(reason) BETWEEN 1 AND 500),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT prices_are_for_something
        CHECK ((provider IS NULL) = (model IS NULL) AND (model IS NOT NULL OR operation IS NOT NULL)),
    CONSTRAINT prices_are_in_dollars_or_credits CHECK (
        (num_nonnulls(input_per_million, cached_input_per_million, output_per_million, per_image, per_second) > 0)
        <> (credits IS NOT NULL)),
    CONSTRAINT prices_in_dollars_are_for_a_model CHECK (credits IS NOT NULL OR model IS NOT NULL),
    CONSTRAINT prices_in_credits_are_for_an_operation CHECK (credits IS NULL OR operation IS NOT NULL),
    CONSTRAINT prices_never_overlap EXCLUDE USING gist (coalesce(provider, '') WITH =, coalesce(model, '') WITH =,
        coalesce(operation, '') WITH =, tstzrange(effective_from, effective_to) WITH &&)
);
CREATE INDEX IF NOT EXISTS prices_by_model ON credits.prices (provider, model, effective_from);
CREATE INDEX IF NOT EXISTS prices_by_operation ON credits.prices (operation, effective_from) WHERE operation IS NOT NULL;
COMMENT ON COLUMN credits.prices.provider IS 'NULL with model: whatever the model, this operation costs so many credits.';
COMMENT ON COLUMN credits.prices.operation IS 'NULL: whatever the operation.';
COMMENT ON COLUMN credits.prices.cached_input_per_million IS
    'Dollars for input tokens that the provider had in its cache. NULL: they cost what other input costs.';
COMMENT ON COLUMN credits.prices.credits IS 'Credits for the whole job, in place of dollars.';
COMMENT ON COLUMN credits.prices.effective_to IS
    'The first moment after it, NULL while none is known. At effective_from: replaced before it ever was in force.';

-- A version ends once more, sooner than it would have, but never before now: what was in force stays so, for the owner too.
CREATE OR REPLACE FUNCTION credits.guard_price()
RETURNS trigger LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - 'effective_to' <> to_jsonb(OLD) - 'effective_to' OR NEW.effective_to IS NULL
        OR NEW.effective_to >= OLD.effective_to OR NEW.effective_to < now() THEN
        RAISE EXCEPTION 'a version of a price is ended by a new one, and nothing else of it changes' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER guard_price BEFORE UPDATE ON credits.prices
    FOR EACH ROW EXECUTE FUNCTION credits.guard_price();
CREATE OR REPLACE TRIGGER append_only_rows BEFORE DELETE ON credits.prices
    FOR EACH ROW EXECUTE FUNCTION credits.forbid_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON credits.prices
    FOR EACH STATEMENT EXECUTE FUNCTION credits.forbid_change();
REVOKE ALL ON FUNCTION credits.guard_price FROM PUBLIC;

SELECT credits.secure_table('credits.prices');
GRANT SELECT ON credits.prices TO credits_app, service_role;
-- Users may know what things cost, not who of the staff said so and why.
DROP POLICY IF EXISTS users_read_prices ON credits.prices;
CREATE POLICY users_read_prices ON credits.prices FOR SELECT TO authenticated USING (true);
GRANT SELECT (id, provider, model, operation, input_per_million, cached_input_per_million, output_per_million, per_image,
    per_second, credits, effective_from, effective_to, source, created_at) ON credits.prices TO authenticated;

-- The version of a model's price in dollars that was, is or will be in force at this moment; no row when there is none. A
-- price for one operation only is not a model's price. Without a search_path of its own, so that the planner puts it in
-- place of the call: whoever calls needs to see the table.
CREATE OR REPLACE FUNCTION credits.price_at(p_provider text, p_model text, p_at timestamptz)
RETURNS SETOF credits.prices LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT p.* FROM credits.prices p
    WHERE p.provider = p_provider AND p.model = p_model AND p.operation IS NULL
        AND p.effective_from <= p_at AND (p.effective_to IS NULL OR p_at < p.effective_to)
$$;
REVOKE ALL ON FUNCTION credits.price_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credits.price_at TO credits_app, service_role;

-- For users and front ends: every version, not who of the staff made it and why. Not called prices, as the table of shops is
-- called in many a product's schema public.
CREATE OR REPLACE VIEW public.price_versions WITH (security_invoker = true) AS
    SELECT p.id, p.provider, p.model, p.operation, p.input_per_million::numeric, p.cached_input_per_million::numeric,
        p.output_per_million::numeric, p.per_image::numeric, p.per_second::numeric, p.credits, p.effective_from,
        p.effective_to, p.source, p.created_at
    FROM credits.prices p;
REVOKE ALL ON public.price_versions FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.price_versions TO authenticated, service_role, credits_app;
