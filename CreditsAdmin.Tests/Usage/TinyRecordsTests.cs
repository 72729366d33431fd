using System.Diagnostics;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Usage;

/// <summary>Nothing is lost or overcharged by rounding, however many records there are and however small they are.</summary>
public class TinyRecordsTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    private const int Most = 2_000_000;
    private const int Least = 50_000;
    private const int Users = 100;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(40);

    // Dollars for a million tokens: a record costs some ten-thousandths of the cent that a credit costs.
    private const string Rates = "VALUES ('m1', 0.137, 0.000000000000001), ('m2', 2.500000001, 11.3), ('m3', 0.333333333333333, 7)";

    private const string Batch = """
        SELECT count(*) FROM (
            SELECT array_agg(id) AS users, array_agg('p'::text) AS providers, array_agg('m' || 1 + i % 3) AS models,
                array_agg('k' || i) AS keys, array_agg(i * 7919 % 53) AS input, array_agg(1 + i % 3) AS output
            FROM (SELECT i, ($2::uuid[])[1 + i % 100] AS id FROM generate_series($1::bigint, $1::bigint + 999) i) s) a,
        LATERAL record_usage_batch(a.users, a.providers, a.models, a.keys, a.input, a.output) r WHERE r.refusal IS NULL
        """;

    [Fact]
    public async Task What_was_charged_and_what_is_owed_are_the_exact_total_of_millions_of_records()
    {
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 1, usage_markup = 7.77");
        await Database.ExecuteAsync($"SELECT set_price('p', m, i, o, p_effective_from => '2020-01-01Z') FROM ({Rates}) AS r(m, i, o)");
        var users = new Guid[Users];
        for (var i = 0; i < Users; i++) users[i] = await Database.SignUpAsync(free: 3, paid: 1_000_000);

        var watch = Stopwatch.StartNew();
        var next = -1L;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            await using var connection = await Database.OpenAsync();
            await using var command = new NpgsqlCommand(Batch, connection) { CommandTimeout = 120 };
            command.Parameters.AddWithValue(0L);
            command.Parameters.AddWithValue(users);
            while (watch.Elapsed < Time || Interlocked.Read(ref next) * 1_000 < Least)
            {
                var from = Interlocked.Increment(ref next) * 1_000;
                if (from >= Most) break;
                command.Parameters[0].Value = from;
                Assert.Equal(1_000L, await command.ExecuteScalarAsync(Cancel));
            }
        })));

        var records = await Database.ScalarAsync<long>("SELECT count(*) FROM credits.usage_records");
        output.WriteLine($"{records} records in {watch.Elapsed}");
        Assert.InRange(records, Least, Most);
        // The total comes from the tokens and this test's own rates, the rest from the books.
        Assert.Equal(Users, await Database.ScalarAsync<long>($"""
            SELECT count(*) FROM (
                SELECT r.user_id, sum(r.input_tokens * t.i + r.output_tokens * t.o) * 0.000001 * 1.0777 AS total
                FROM credits.usage_records r JOIN ({Rates}) AS t(m, i, o) ON t.m = r.model GROUP BY r.user_id) r
            JOIN credits.accounts a USING (user_id) JOIN credits.usage_accruals u USING (user_id)
            WHERE r.total = (1000003 - a.free - a.paid) * 0.01 + u.owed AND u.owed >= 0 AND u.owed < 0.01
                AND a.free + a.paid < 1000003 AND u.owed > 0
            """));
        Assert.Equal(records, await Database.ScalarAsync<long>("SELECT sum(records)::bigint FROM margins('2000-01-01', '2999-12-31')"));
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 100, usage_markup = 0");
    }
}
