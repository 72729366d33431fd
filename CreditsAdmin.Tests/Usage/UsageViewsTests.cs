using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Usage;

/// <summary>What users see of their usage, and of their balance in dollars.</summary>
public class UsageViewsTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task Balances_in_dollars_are_the_credits_at_their_rate_and_what_is_owed_stands_beside()
    {
        var user = await UserAsync(free: 3, paid: 7);
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 33");
        await Database.ExecuteAsync("SELECT record_usage($1, 'openai', 'gpt-4o', 'k', 200000)", user);

        Assert.Equal(["9 2.97 0.66 2.31 0.17001 USD"], await AsAsync("authenticated", user, "SELECT concat_ws(' ', "
            + "(SELECT available FROM balances), balance, free_balance, paid_balance, accrued, currency) FROM user_balances"));
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 100");
    }

    [Fact]
    public async Task A_user_sees_their_own_rows_and_nobody_elses()
    {
        var (ana, bo) = (await UserAsync(free: 3, paid: 0), await UserAsync(free: 3, paid: 0));
        foreach (var view in new[] { "usage_records", "user_balances" })
        {
            Assert.Equal([$"{ana}"], await AsAsync("authenticated", ana, $"SELECT user_id::text FROM {view}"));
            Assert.Equal([], await AsAsync("authenticated", ana, $"SELECT user_id::text FROM {view} WHERE user_id = '{bo}'"));
            Assert.Equal(["42501"], await AsAsync("anon", null, $"SELECT * FROM {view}"));
            Assert.Contains((await AsAsync("authenticated", ana, $"INSERT INTO {view} (user_id) VALUES ('{ana}')")).Single(), Denied);
            Assert.Contains((await AsAsync("authenticated", ana, $"UPDATE {view} SET user_id = '{ana}'")).Single(), Denied);
            Assert.Contains((await AsAsync("authenticated", ana, $"DELETE FROM {view}")).Single(), Denied);
        }
    }

    [Theory]
    [InlineData("SELECT cost FROM credits.usage_records")]
    [InlineData("SELECT price_id FROM credits.usage_records")]
    [InlineData("SELECT usage_markup FROM credits.settings")]
    [InlineData("SELECT * FROM credits.usage_charges")]
    [InlineData("SELECT * FROM margins('2026-01-01', '2026-12-31')")]
    [InlineData("SELECT record_usage(auth.uid(), 'openai', 'gpt-4o', 'x', 1)")]
    [InlineData("SELECT record_usage_batch(ARRAY[auth.uid()], '{openai}', '{gpt-4o}', '{x}', '{1}')")]
    [InlineData("SELECT charge_arrears()")]
    [InlineData("SELECT roll_up_usage()")]
    public async Task What_it_costs_us_and_whatever_writes_is_out_of_reach(string statement)
    {
        Assert.Equal(["42501"], await AsAsync("authenticated", await UserAsync(free: 3, paid: 0), statement));
    }

    [Theory]
    [InlineData("UPDATE credits.usage_records SET billed = 0")]
    [InlineData("DELETE FROM credits.usage_records")]
    [InlineData("TRUNCATE credits.usage_records")]
    [InlineData("DELETE FROM credits.usage_charges")]
    [InlineData("TRUNCATE credits.usage_accruals CASCADE")]
    public async Task Records_are_append_only_for_the_owner_too(string statement)
    {
        var user = await UserAsync(free: 3, paid: 0);
        await Database.ExecuteAsync("SELECT record_usage($1, 'openai', 'gpt-4o', 'charging', 400000)", user);

        Assert.Equal("42501", await Database.RefusalAsync(statement));
    }

    // 55000: the view joins tables, so PostgreSQL refuses before it looks at rights.
    private static readonly string[] Denied = ["42501", "55000"];

    private async Task<Guid> UserAsync(long free, long paid)
    {
        await Database.ExecuteAsync("SELECT set_price('openai', 'gpt-4o', 2.5, 10, 1.25, p_effective_from => '2020-01-01Z')");
        var user = await Database.SignUpAsync(free, paid);
        await Database.ExecuteAsync("SELECT record_usage($1, 'openai', 'gpt-4o', 'first', 0, 1)", user);
        return user;
    }

    // The rows' first column, or the SQLSTATE of what went wrong.
    private async Task<List<string>> AsAsync(string role, Guid? user, string statement)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var become = new NpgsqlCommand(
            "SELECT set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", connection);
        become.Parameters.AddWithValue(role);
        become.Parameters.AddWithValue(JsonSerializer.Serialize(new { sub = user, role }));
        await become.ExecuteNonQueryAsync(Cancel);
        try
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            var rows = new List<string>();
            while (await reader.ReadAsync(Cancel)) rows.Add(reader.GetString(0));
            return rows;
        }
        catch (PostgresException error)
        {
            return [error.SqlState];
        }
    }
}
