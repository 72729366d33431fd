-- The users' present system, which this project replaces: the tables and the function atomic_charge_credits as they run
-- there. A reference to measure against; nothing of the app uses it.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text,
    credits int NOT NULL DEFAULT 0 CHECK (credits >= 0));
CREATE TABLE credit_ledger (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id),
    delta int NOT NULL DEFAULT 0,
    balance_after int,
    operation_type text,
    description text,
    metadata jsonb DEFAULT '{}',
    created_at timestamptz DEFAULT now());
CREATE INDEX ON credit_ledger (user_id);
CREATE INDEX ON credit_ledger (created_at DESC);
CREATE TABLE idempotency_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    key text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    operation text NOT NULL,
    status text NOT NULL,
    result jsonb,
    created_at timestamptz DEFAULT now(),
    UNIQUE (key, user_id));
CREATE TABLE generation_jobs (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    operation_type TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending','processing','completed','failed')),
    cost INTEGER NOT NULL, idempotency_key TEXT, result_url TEXT, error_message TEXT, metadata JSONB DEFAULT '{}'::jsonb,
    created_at timestamptz DEFAULT NOW(), completed_at timestamptz);
CREATE INDEX idx_generation_jobs_user_id ON generation_jobs(user_id);
CREATE INDEX idx_generation_jobs_status ON generation_jobs(status);
CREATE UNIQUE INDEX idx_generation_jobs_idempotency ON generation_jobs(idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE RULE credit_ledger_no_update AS ON UPDATE TO credit_ledger DO INSTEAD NOTHING;
CREATE RULE credit_ledger_no_delete AS ON DELETE TO credit_ledger DO INSTEAD NOTHING;
CREATE OR REPLACE FUNCTION atomic_charge_credits(
    p_user_id UUID,
    p_operation_type TEXT,
    p_cost INTEGER,
    p_idempotency_key TEXT DEFAULT NULL,
    p_metadata JSONB DEFAULT '{}'::jsonb
)
RETURNS TABLE(job_id UUID, new_balance INTEGER) AS $$
DECLARE
    v_current_balance INTEGER;
    v_new_balance INTEGER;
    v_job_id UUID;
BEGIN
    -- Lock the user row for update
    SELECT credits INTO v_current_balance
    FROM users
    WHERE id = p_user_id
    FOR UPDATE;

    -- Check if user exists
    IF v_current_balance IS NULL THEN
        RAISE EXCEPTION 'User not found';
    END IF;

    -- Check sufficient balance
    IF v_current_balance < p_cost THEN
        RAISE EXCEPTION 'Insufficient credits: has % needs %', v_current_balance, p_cost;
    END IF;

    -- Calculate new balance
    v_new_balance := v_current_balance - p_cost;

    -- Update user balance
    UPDATE users
    SET credits = v_new_balance
    WHERE id = p_user_id;

    -- Create generation job
    INSERT INTO generation_jobs (
        user_id,
        operation_type,
        cost,
        idempotency_key,
        metadata,
        status
    ) VALUES (
        p_user_id,
        p_operation_type,
        p_cost,
        p_idempotency_key,
        p_metadata,
        'pending'
    ) RETURNING id INTO v_job_id;

    -- Insert immutable ledger entry
    INSERT INTO credit_ledger (
        user_id,
        delta,
        balance_after,
        operation_type,
        description,
        metadata
    ) VALUES (
        p_user_id,
        -p_cost,
        v_new_balance,
        p_operation_type,
        p_operation_type || ' generation',
        jsonb_build_object(
            'job_id', v_job_id,
            'idempotency_key', p_idempotency_key
        ) || p_metadata
    );

    -- Create idempotency record if key provided
    IF p_idempotency_key IS NOT NULL THEN
        INSERT INTO idempotency_keys (
            key,
            user_id,
            operation,
            status
        ) VALUES (
            p_idempotency_key,
            p_user_id,
            p_operation_type,
            'started'
        ) ON CONFLICT (key, user_id) DO NOTHING;
    END IF;

    -- Return job ID and new balance
    RETURN QUERY SELECT v_job_id, v_new_balance;
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION verify_ledger_delta()
RETURNS TRIGGER AS $$
BEGIN
    -- Ensure delta is set
    IF NEW.delta IS NULL THEN
        RAISE EXCEPTION 'Delta cannot be NULL';
    END IF;

    -- Ensure balance_after is correct
    IF NEW.balance_after IS NULL THEN
        RAISE EXCEPTION 'Balance_after cannot be NULL';
    END IF;

    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER verify_ledger_before_insert
    BEFORE INSERT ON credit_ledger
    FOR EACH ROW
    EXECUTE FUNCTION verify_ledger_delta();
