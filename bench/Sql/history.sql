-- The past that both databases are loaded with: bench.rows charges and refunds, in turns over bench.users accounts and
-- evenly over 90 days. Each of an account's rows is a charge, but for every fiftieth, which refunds the charge before it,
-- so every balance has a closed form and rows can be made in any number by one statement.
CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO PUBLIC;

CREATE FUNCTION bench.user_id(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid $$;

CREATE FUNCTION bench.at_ms(n bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT current_setting('bench.from_ms')::bigint + n * current_setting('bench.step_ms')::bigint $$;

-- Begins with the time, as the app's own ids do.
CREATE FUNCTION bench.timed_id(n bigint) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT (lpad(to_hex(bench.at_ms(n)), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 4, 15))::uuid $$;

CREATE FUNCTION bench.operation(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN n % 1000 = 7 THEN 'training' WHEN n % 10 < 6 THEN 'image' WHEN n % 10 < 9 THEN 'video'
        ELSE 'upscale' END $$;

-- What an account has spent net after k rows, in units of its cost; every account enters the cycle of 50 elsewhere.
CREATE FUNCTION bench.spent(account bigint, k bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (k + account % 49) / 50 * 48 + (k + account % 49) % 50 - account % 49 $$;

CREATE VIEW bench.history AS
    SELECT n, account, k, users, rows, bench.user_id(account) AS user_id, 1 + account % 3 AS cost,
        (k + account % 49) % 50 = 0 AS is_refund,
        (k + account % 49) % 50 = 49 AND n + users <= rows AS failed,
        ((k + account % 49) % 50 = 49 AND n + users > rows) OR n > rows - 50 AS open,
        1000000000 - (1 + account % 3) * bench.spent(account, k) AS balance,
        to_timestamp(bench.at_ms(n) / 1000.0) AS at
    FROM (SELECT n, (n - 1) % users + 1 AS account, (n - 1) / users + 1 AS k, users, rows
        FROM (SELECT current_setting('bench.users')::bigint AS users, current_setting('bench.rows')::bigint AS rows
            OFFSET 0) size, generate_series(1, rows) n) numbered;

CREATE VIEW bench.accounts AS
    SELECT account, bench.user_id(account) AS user_id, 'user' || account || '@example.com' AS email,
        to_timestamp(bench.at_ms(0) / 1000.0) - account * interval '1 second' AS since,
        entries, 1000000000 - (1 + account % 3) * bench.spent(account, entries) AS balance
    FROM (SELECT account, CASE WHEN account <= rows THEN (rows - account) / users + 1 ELSE 0 END AS entries
        FROM (SELECT current_setting('bench.users')::bigint AS users, current_setting('bench.rows')::bigint AS rows
            OFFSET 0) size, generate_series(1, users) account) counted;
