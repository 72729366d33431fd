-- The reaper: jobs that nobody finished by their deadline expire, and their credits go back, each exactly once. Jobs that
-- another session works on just now are left to it, so any number of instances may call this at the same time. Returns
-- how many expired; call again while it is p_limit. Lock: each job, then its account, one account after the other.
CREATE OR REPLACE FUNCTION public.expire_jobs(p_limit integer DEFAULT 100)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = credits, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_caller_id constant integer := caller_id('system', 'system');
    v_now constant timestamptz := clock_timestamp();
    v_job jobs;
    v_expired integer := 0;
BEGIN
    -- In the order of the accounts, as every function that touches more than one of them.
    FOR v_job IN SELECT * FROM (
            SELECT * FROM jobs j WHERE j.finished_at IS NULL AND j.deadline <= v_now
            ORDER BY j.deadline LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED) due
        ORDER BY due.user_id, due.charge_seq
    LOOP
        -- One busy account must not keep the others waiting: its jobs stay due.
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM accounts a WHERE a.user_id = v_job.user_id FOR NO KEY UPDATE SKIP LOCKED);
        PERFORM finish_job(v_job, 'expired', v_job.cost, 'Nobody finished this job in time.', v_caller_id, NULL,
            'The job expired');
        v_expired := v_expired + 1;
    END LOOP;
    RETURN v_expired;
END
$$;
REVOKE ALL ON FUNCTION public.expire_jobs FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.expire_jobs TO credits_app;
