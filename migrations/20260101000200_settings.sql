-- One row of settings that functions read. Changed with the command line's `settings`.

CREATE TABLE IF NOT EXISTS credits.settings (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT settings_has_one_row CHECK (only_row),
    sign_up_credits bigint NOT NULL DEFAULT 5
        CONSTRAINT settings_sign_up_credits_in_range CHECK (sign_up_credits BETWEEN 0 AND 1000000),
    cents_per_credit bigint NOT NULL DEFAULT 100
        CONSTRAINT settings_cents_per_credit_in_range CHECK (cents_per_credit BETWEEN 1 AND 1000000),
    job_timeout_seconds integer NOT NULL DEFAULT 3600
        CONSTRAINT settings_job_timeout_in_range CHECK (job_timeout_seconds BETWEEN 1 AND 604800),
    approval_limit bigint NOT NULL DEFAULT 10000
        CONSTRAINT settings_approval_limit_in_range CHECK (approval_limit BETWEEN 0 AND 1000000000000)
);
COMMENT ON COLUMN credits.settings.sign_up_credits IS 'Free credits that a new account starts with (seed system 004: 5).';
COMMENT ON COLUMN credits.settings.cents_per_credit IS
    'What one credit costs: to suggest credits for a claimed payment, and to charge usage that is priced in dollars.';

COMMENT ON COLUMN credits.settings.job_timeout_seconds IS
    'After so long a job that nobody finished expires, and its credits go back. A charge may ask for another time.';
COMMENT ON COLUMN credits.settings.approval_limit IS
    'Adjustments and reversals of more credits than this wait for a second admin.';

ALTER TABLE credits.settings ADD COLUMN IF NOT EXISTS usage_markup numeric NOT NULL DEFAULT 0
    CONSTRAINT settings_usage_markup_in_range CHECK (usage_markup BETWEEN 0 AND 10000 AND scale(usage_markup) <= 4);
COMMENT ON COLUMN credits.settings.usage_markup IS
    'Percent on top of what the provider takes: what users are charged for recorded usage. 20 turns 1 dollar into 1.20.';

INSERT INTO credits.settings DEFAULT VALUES ON CONFLICT DO NOTHING;

SELECT credits.secure_table('credits.settings');
GRANT SELECT ON credits.settings TO credits_app;
