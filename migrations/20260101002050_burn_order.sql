-- In which order a charge takes the credits of a user's lots.

-- The free part of a charge; the rest is paid. An account whose free lots all come before its paid ones has no
-- burn_order. Otherwise the lots form runs that alternate between free and paid, beginning with free, and burn_order says
-- for each run how many credits of its kind come after it: what is left above that number is left in the run. So a charge
-- needs no look at the lots, and credits that a refund brings back fall into the run that they came from.
CREATE OR REPLACE FUNCTION credits.split_charge(p_account credits.accounts, p_cost bigint)
RETURNS bigint LANGUAGE plpgsql IMMUTABLE SET search_path = credits, pg_temp AS $$
DECLARE
    v_free bigint := 0;
    v_paid bigint := 0;
    v_rest bigint;
BEGIN
    IF p_account.burn_order IS NULL THEN
        RETURN least(p_account.free, p_cost);
    END IF;
    FOR v_run IN 1 .. cardinality(p_account.burn_order) LOOP
        v_rest := p_cost - v_free - v_paid;
        IF v_run % 2 = 1 THEN
            v_free := v_free + least(v_rest, greatest(p_account.free - v_free - p_account.burn_order[v_run], 0));
        ELSE
            v_paid := v_paid + least(v_rest, greatest(p_account.paid - v_paid - p_account.burn_order[v_run], 0));
        END IF;
    END LOOP;
    RETURN v_free;
END
$$;
REVOKE ALL ON FUNCTION credits.split_charge FROM PUBLIC;
