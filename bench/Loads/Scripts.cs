namespace CreditsAdmin.Bench.Loads;

/// <summary>What pgbench runs. Accounts are drawn evenly from the first <c>users</c>; keys are fresh.</summary>
internal static class Scripts
{
    /// <summary>One charge in the users' present system.</summary>
    public static string Seed(int users) => $"""
        \set i random(1, {users})
        SELECT * FROM atomic_charge_credits(bench.user_id(:i), '{Charge.Operation}', 1, gen_random_uuid()::text,
            '{Charge.Metadata}');
        """;

    /// <summary>One charge in the app's database.</summary>
    public static string Single(int users) => $"""
        \set i random(1, {users})
        SELECT * FROM charge_credits(bench.user_id(:i), '{Charge.Operation}', 1, gen_random_uuid()::text,
            '{Charge.Metadata}');
        """;

    /// <summary>Many charges in one call of the app's database.</summary>
    public static string Batch(int users, int size) => $"""
        SELECT count(*) FROM charge_credits_batch(
            ARRAY(SELECT bench.user_id(1 + floor(random() * {users})::bigint) FROM generate_series(1, {size})),
            array_fill('{Charge.Operation}'::text, ARRAY[{size}]), array_fill(1::bigint, ARRAY[{size}]),
            ARRAY(SELECT gen_random_uuid()::text FROM generate_series(1, {size})),
            array_fill('{Charge.Metadata}'::jsonb, ARRAY[{size}]));
        """;
}
