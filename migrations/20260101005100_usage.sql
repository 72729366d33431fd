-- Who used which model for how much. Each record has its exact cost in dollars at the price of its time. What a user owes for
-- it gathers in exact dollars until a whole credit is full, and whole credits are charged like any others: a job, an entry.

DO $type$
BEGIN
    IF to_regtype('public.usage_outcome') IS NULL THEN
        CREATE TYPE public.usage_result AS (
            id bigint, user_id uuid, provider text, model text, input_tokens bigint, cached_input_tokens bigint,
            output_tokens bigint, images bigint, seconds numeric, used_at timestamptz, recorded_at timestamptz, job_id uuid,
            cost numeric, billed numeric, credits bigint, replayed boolean);
        CREATE TYPE public.usage_outcome AS (
            item integer, record public.usage_result, refusal text, message text, detail jsonb);
        CREATE TYPE credits.usage_item AS (
            nr integer, user_id uuid, provider text, model text, input_tokens bigint, cached_input_tokens bigint,
            output_tokens bigint, images bigint, seconds numeric, used_at timestamptz, job_id uuid, key text, packed bytea,
            request bigint, known boolean, price_id uuid, cost numeric, billed numeric, refused jsonb);
    END IF;
END
$type$;

CREATE TABLE IF NOT EXISTS credits.usage_records (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id uuid NOT NULL,
    used_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    images bigint NOT NULL,
    credits bigint NOT NULL CONSTRAINT usage_records_charge_whole_credits CHECK (credits >= 0),
    cents_per_credit bigint NOT NULL,
    price_id uuid NOT NULL,
    job_id uuid,
    caller_id integer NOT NULL,
    seconds numeric NOT NULL,
    cost numeric NOT NULL,
    billed numeric NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    idempotency_key bytea NOT NULL,
    PRIMARY KEY (user_id, used_at, id),
    CONSTRAINT usage_records_measure_something CHECK (cached_input_tokens BETWEEN 0 AND input_tokens
        AND least(output_tokens, images, seconds, cost, billed) >= 0),
    CONSTRAINT usage_records_of_a_job_charge_nothing CHECK (job_id IS NULL OR (billed = 0 AND credits = 0))
);
COMMENT ON COLUMN credits.usage_records.used_at IS 'When the model was used: its price of that moment counts.';
COMMENT ON COLUMN credits.usage_records.cached_input_tokens IS 'The part of input_tokens that the provider had in its cache.';
COMMENT ON COLUMN credits.usage_records.job_id IS 'The job that was charged for this use: then the record charges nothing.';
COMMENT ON COLUMN credits.usage_records.cost IS 'Dollars at the price, exact: what the provider takes.';
COMMENT ON COLUMN credits.usage_records.billed IS 'Dollars that the user owes for it, exact: cost with the markup of that time.';
COMMENT ON COLUMN credits.usage_records.credits IS
    'Whole credits that this record filled up and that were charged with it. What came before it and did not fill one is in it.';
COMMENT ON COLUMN credits.usage_records.cents_per_credit IS 'What a credit cost when it was recorded.';
COMMENT ON COLUMN credits.usage_records.idempotency_key IS 'As credits.pack_key stores it.';
-- 64 bits of caller and key, as for jobs.
CREATE UNIQUE INDEX IF NOT EXISTS usage_records_request_counts_once
    ON credits.usage_records (user_id, hashtextextended(encode(idempotency_key, 'hex'), caller_id));
CREATE INDEX IF NOT EXISTS usage_records_by_time ON credits.usage_records (used_at, id);
CREATE INDEX IF NOT EXISTS usage_records_by_job ON credits.usage_records (job_id) WHERE job_id IS NOT NULL;
-- A range index takes next to nothing where ids rise with the pages.
CREATE INDEX IF NOT EXISTS usage_records_by_id ON credits.usage_records USING brin (id) WITH (pages_per_range = 16);

-- What a user owes and has not been charged yet: less than a credit, or more when the balance could not pay.
CREATE TABLE IF NOT EXISTS credits.usage_accruals (
    user_id uuid PRIMARY KEY REFERENCES credits.accounts (user_id) ON DELETE RESTRICT,
    owed numeric NOT NULL DEFAULT 0 CONSTRAINT usage_accruals_are_never_negative CHECK (owed >= 0),
    in_arrears boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
COMMENT ON COLUMN credits.usage_accruals.owed IS 'Dollars, exact.';
COMMENT ON COLUMN credits.usage_accruals.in_arrears IS 'A whole credit or more is owed: the balance was too small for it.';
CREATE INDEX IF NOT EXISTS usage_accruals_in_arrears ON credits.usage_accruals (user_id) WHERE in_arrears;

-- The jobs that charged whole credits for usage, and what a credit was worth then.
CREATE TABLE IF NOT EXISTS credits.usage_charges (
    job_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    credits bigint NOT NULL CONSTRAINT usage_charges_move_something CHECK (credits > 0),
    cents_per_credit bigint NOT NULL
);

SELECT credits.make_append_only('credits.usage_records');
SELECT credits.make_append_only('credits.usage_charges');
SELECT credits.forbid_truncate('credits.usage_accruals');
SELECT credits.secure_table('credits.usage_records', 'user_id');
SELECT credits.secure_table('credits.usage_accruals', 'user_id');
SELECT credits.secure_table('credits.usage_charges');
GRANT SELECT ON credits.usage_records, credits.usage_accruals, credits.usage_charges TO credits_app, service_role;
-- No cost and no price: users see what they pay, not what it costs us.
GRANT SELECT (id, user_id, provider, model, input_tokens, cached_input_tokens, output_tokens, images, seconds, used_at,
    recorded_at, job_id, billed, credits) ON credits.usage_records TO authenticated;
GRANT SELECT (user_id, owed) ON credits.usage_accruals TO authenticated;
