using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Database;

/// <summary>Demo data is marked and removable; nothing else is.</summary>
public class DemoDataTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task Clearing_removes_demo_users_with_everything_and_nobody_else()
    {
        var real = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, 'k')", real);
        var demo = await Database.ScalarAsync<Guid>("SELECT create_user('demo@demo.example', NULL, 'hash', true)");
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, 'k')", demo);
        await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500, 'DEMO-1')", demo);

        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT clear_demo_data()"));

        foreach (var table in new[] { "users", "accounts", "jobs", "receipts", "grants", "ledger_entries", "audit_log", "passwords" })
        {
            var column = table == "users" ? "id" : "user_id";
            Assert.Equal(0, await Database.ScalarAsync<long>($"SELECT count(*) FROM credits.{table} WHERE {column} = $1", demo));
        }

        Assert.Equal((4, 0), await Database.BalanceAsync(real));
    }

    [Fact]
    public async Task A_real_user_cannot_be_turned_into_a_demo_user()
    {
        var real = await Database.SignUpAsync();

        Assert.Equal("42501", await Database.RefusalAsync("UPDATE credits.users SET is_demo = true WHERE id = $1", real));
    }

    [Fact]
    public async Task A_charge_that_runs_meanwhile_leaves_nothing_behind()
    {
        var user = await Database.ScalarAsync<Guid>("SELECT create_user($1, NULL, NULL, true)", $"{Guid.NewGuid()}@demo.example");
        await using var other = await Database.OpenAsync();
        await using var charging = await other.BeginTransactionAsync(Cancel);
        await using var charge = other.CreateCommand();
        charge.CommandText = $"SELECT charge_credits('{user}', 'image', 1, 'meanwhile')";
        await charge.ExecuteNonQueryAsync(Cancel);

        var clearing = Database.ExecuteAsync("SELECT clear_demo_data()");
        while (await Database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0) await Task.Delay(5, Cancel);
        await charging.CommitAsync(Cancel);
        await clearing;

        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.jobs WHERE user_id = $1", user));
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.ledger_entries WHERE user_id = $1", user));
    }
}
