-- Usage and balances as users and front ends read them: their own rows.

CREATE OR REPLACE VIEW public.usage_records WITH (security_invoker = true) AS
    SELECT r.id, r.user_id, r.provider, r.model, r.input_tokens, r.cached_input_tokens, r.output_tokens, r.images, r.seconds,
        r.billed, r.credits, r.job_id, r.used_at, r.recorded_at
    FROM credits.usage_records r;
REVOKE ALL ON public.usage_records FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.usage_records TO authenticated, service_role, credits_app;

-- Everybody may know what a credit costs, and no other setting.
DROP POLICY IF EXISTS users_read_the_rate ON credits.settings;
CREATE POLICY users_read_the_rate ON credits.settings FOR SELECT TO authenticated USING (true);
GRANT SELECT (cents_per_credit) ON credits.settings TO authenticated;
GRANT SELECT (cents_per_credit) ON credits.settings TO service_role;

-- Balances in dollars: the credits at what a credit costs, exactly. accrued is what has been used and did not fill a whole
-- credit yet, or what the balance could not pay; it is not part of balance.
CREATE OR REPLACE VIEW public.user_balances WITH (security_invoker = true) AS
    SELECT a.user_id, trim_scale((a.free + a.paid)::numeric * s.cents_per_credit * 0.01) AS balance,
        trim_scale(a.free::numeric * s.cents_per_credit * 0.01) AS free_balance,
        trim_scale(a.paid::numeric * s.cents_per_credit * 0.01) AS paid_balance,
        trim_scale(coalesce(u.owed, 0)) AS accrued, 'USD' AS currency
    FROM credits.accounts a CROSS JOIN (SELECT r.cents_per_credit FROM credits.settings r) s
    LEFT JOIN credits.usage_accruals u ON u.user_id = a.user_id;
REVOKE ALL ON public.user_balances FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON public.user_balances TO authenticated, service_role, credits_app;
