-- Undoes a ledger entry, once: an adjustment by the opposite one, a charge by giving back what is left of its job. Both
-- entries stay, linked to each other. A reversal is an adjustment and can be reversed too. Above the limit it waits for a
-- second admin; a rejected or expired request leaves the entry as it was. The same caller, key and request again returns
-- the first result. Lock: the request, the job, then the account.
-- Raises CR001 the credits are spent, CR004 unusable key, CR005 key used for another request, CR012 not allowed, CR013
-- missing reason, CR016 the same request is under way, CR019 there is no such entry or it cannot be reversed, CR020 it is
-- reversed already, or that waits for a decision.
CREATE OR REPLACE FUNCTION public.reverse_entry(
    p_entry_id bigint, p_reason text, p_idempotency_key text,
    p_actor text DEFAULT NULL, p_via text DEFAULT 'sql', p_request_id text DEFAULT NULL)
RETURNS public.adjustment_result LANGUAGE plpgsql SECURITY DEFINER
SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_request constant text := format('reverse %s %s', p_entry_id, p_reason);
    v_entry ledger_entries;
    v_job jobs;
    v_asked adjustments;
    v_known adjustments;
BEGIN
    PERFORM authorize(p_actor, p_via, 'adjustments:write');
    PERFORM require_text('reason', p_reason, 500);
    PERFORM require_key(p_idempotency_key);
    SELECT * INTO v_entry FROM ledger_entries e WHERE e.id = p_entry_id;
    PERFORM require_reversible(p_entry_id, v_entry.kind);
    PERFORM lock_request(caller_id(p_actor, p_via), p_idempotency_key);
    IF v_entry.kind = 'charge' THEN
        v_job := lock_job(v_entry.job_id);
    END IF;
    PERFORM lock_account(v_entry.user_id);
    v_known := requested_adjustment(v_entry.user_id, caller_id(p_actor, p_via), p_idempotency_key, v_request);
    IF v_known.id IS NOT NULL THEN
        RETURN replay_request(v_known);
    END IF;
    PERFORM require_not_reversed(p_entry_id);
    v_asked.user_id := v_entry.user_id;
    v_asked.reverses := v_entry.id;
    v_asked.reason := p_reason;
    IF v_entry.kind = 'charge' THEN
        v_asked.job_id := v_job.id;
        v_asked.delta := refundable(v_job);
    ELSE
        v_asked.category := CASE WHEN v_entry.free_delta <> 0 THEN 'promotional' ELSE 'paid' END;
        v_asked.delta := -v_entry.delta;
    END IF;
    RETURN request_adjustment(v_asked, p_idempotency_key, v_request, 'entry.reverse', p_actor, p_via, p_request_id);
END
$$;

-- Refuses CR019 for a kind of entry that is undone in another way, or not at all.
CREATE OR REPLACE FUNCTION credits.require_reversible(p_entry_id bigint, p_kind text)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
BEGIN
    IF p_kind IS NULL OR p_kind NOT IN ('adjustment', 'charge') THEN
        PERFORM refuse('CR019', CASE coalesce(p_kind, '')
            WHEN '' THEN 'There is no such ledger entry.'
            WHEN 'purchase' THEN 'A purchase cannot be reversed. Refund its receipt instead.'
            WHEN 'grant' THEN 'A grant is not reversed but voided: that takes what is left of it.'
            ELSE 'Only adjustments and charges can be reversed. Adjust the balance instead.' END,
            jsonb_build_object('entry_id', p_entry_id, 'kind', p_kind, 'reversible', ARRAY['adjustment', 'charge']));
    END IF;
END
$$;

-- Refuses CR020 while a reversal of the entry waits or stands.
CREATE OR REPLACE FUNCTION credits.require_not_reversed(p_entry_id bigint)
RETURNS void LANGUAGE plpgsql SET search_path = credits, pg_temp AS $$
DECLARE
    v_reversal adjustments;
BEGIN
    SELECT * INTO v_reversal FROM adjustments a WHERE a.reverses = p_entry_id AND a.status IN ('pending', 'posted');
    IF FOUND THEN
        PERFORM refuse('CR020', CASE v_reversal.status WHEN 'posted' THEN 'This entry is reversed already.'
            ELSE 'A reversal of this entry already waits for a second admin.' END, jsonb_build_object(
            'entry_id', p_entry_id, 'adjustment_id', v_reversal.id, 'status', v_reversal.status, 'reversed_by_id',
            (SELECT e.id FROM ledger_entries e WHERE e.adjustment_id = v_reversal.id)));
    END IF;
END
$$;
REVOKE ALL ON FUNCTION credits.require_reversible, credits.require_not_reversed FROM PUBLIC;
REVOKE ALL ON FUNCTION public.reverse_entry FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.reverse_entry TO credits_app, service_role;
