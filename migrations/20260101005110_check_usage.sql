-- What a record of usage may be.

-- Whether simple comparisons show that it can be recorded. What is denied here may still be usable: check_usage decides.
-- Without a search_path of its own, so that the planner puts it in place of the call.
CREATE OR REPLACE FUNCTION credits.is_plain_usage(p_usage credits.usage_item, p_now timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(pg_catalog.length(p_usage.key) BETWEEN 1 AND 255 AND p_usage.key !~ '[^\x21-\x7e]'
        AND pg_catalog.length(p_usage.provider) BETWEEN 1 AND 200 AND p_usage.provider !~ '[^\x21-\x7e]'
        AND pg_catalog.length(p_usage.model) BETWEEN 1 AND 200 AND p_usage.model !~ '[^\x21-\x7e]'
        AND p_usage.input_tokens BETWEEN p_usage.cached_input_tokens AND 1000000000000 AND p_usage.cached_input_tokens >= 0
        AND p_usage.output_tokens BETWEEN 0 AND 1000000000000 AND p_usage.images BETWEEN 0 AND 1000000
        AND p_usage.seconds BETWEEN 0 AND 1000000000 AND pg_catalog.scale(p_usage.seconds) <= 6
        AND p_usage.input_tokens + p_usage.output_tokens + p_usage.images + p_usage.seconds > 0
        AND p_usage.used_at BETWEEN '2000-01-01Z' AND p_now + interval '1 minute', false)
$$;

-- What can be refused of a record by itself: CR002, CR004, CR013.
CREATE OR REPLACE FUNCTION credits.check_usage(p_usage credits.usage_item, p_now timestamptz)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    PERFORM require_key(p_usage.key);
    PERFORM require_text('provider', p_usage.provider, 200);
    PERFORM require_text('model', p_usage.model, 200);
    PERFORM require_quantities(p_usage.input_tokens, p_usage.output_tokens, p_usage.cached_input_tokens, p_usage.images,
        p_usage.seconds);
    IF p_usage.input_tokens + p_usage.output_tokens + p_usage.images + p_usage.seconds = 0 THEN
        PERFORM refuse('CR013', 'Nothing was used: name some tokens, images or seconds.',
            jsonb_build_object('field', 'input_tokens'));
    ELSIF p_usage.used_at NOT BETWEEN '2000-01-01Z' AND p_now + interval '1 minute' THEN
        PERFORM refuse('CR013', 'used_at must be a time from 2000 to now.', jsonb_build_object('field', 'used_at'));
    ELSIF NOT EXISTS (SELECT FROM accounts a WHERE a.user_id = p_usage.user_id) THEN
        PERFORM lock_account(p_usage.user_id);
    END IF;
END
$$;

-- Why it has no cost: CR006 the user has no such job, CR007 the job has given back what it was charged, CR031 no price was
-- in force at that time, or none for what was used.
CREATE OR REPLACE FUNCTION credits.check_usage_price(p_usage credits.usage_item)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_price prices;
BEGIN
    IF p_usage.job_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM jobs j WHERE j.id = p_usage.job_id AND j.user_id = p_usage.user_id) THEN
        PERFORM refuse('CR006', 'This user has no such job.', jsonb_build_object('job_id', p_usage.job_id));
    ELSIF EXISTS (SELECT FROM usage_charges c WHERE c.job_id = p_usage.job_id) THEN
        PERFORM refuse('CR006', 'This job is itself a charge for usage.', jsonb_build_object('job_id', p_usage.job_id));
    ELSIF EXISTS (SELECT FROM jobs j WHERE j.id = p_usage.job_id AND j.status IN ('failed', 'expired')) THEN
        PERFORM refuse('CR007', 'This job has given back what it was charged. Send the record without it: then it is charged.',
            jsonb_build_object('job_id', p_usage.job_id));
    END IF;
    SELECT * INTO v_price FROM price_at(p_usage.provider, p_usage.model, p_usage.used_at);
    PERFORM refuse('CR031', CASE WHEN v_price.id IS NULL THEN 'Nothing says what this cost at that time. Nothing was recorded.'
        ELSE 'The price of that time does not say what all of this cost. Nothing was recorded.' END,
        jsonb_build_object('provider', p_usage.provider, 'model', p_usage.model, 'used_at', p_usage.used_at,
        'price_id', v_price.id));
END
$$;
REVOKE ALL ON FUNCTION credits.is_plain_usage, credits.check_usage, credits.check_usage_price FROM PUBLIC;
