using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>What a batch does when the world moves on while it waits for an account.</summary>
public class ChargeBatchWaitTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Batch =
        "SELECT count(*) FILTER (WHERE refusal IS NULL) FROM charge_credits_batch(ARRAY[$1]::uuid[], '{image}', '{2}', ARRAY[$2])";

    [Fact]
    public async Task Its_rows_are_dated_when_it_held_the_accounts()
    {
        var user = await Database.SignUpAsync();
        Task<long> waiting;
        await using (await HeldAccount.HoldAsync(Database, user))
        {
            waiting = Database.ScalarAsync<long>(Batch, user, "late");
            await WaitUntilBlockedAsync();
            await Database.ExecuteAsync("CREATE TABLE moment AS SELECT clock_timestamp() AS at");
        }

        Assert.Equal(1, await waiting);
        Assert.True(await Database.ScalarAsync<bool>(
            "SELECT created_at > (SELECT at FROM moment) FROM credits.jobs WHERE user_id = $1", user));
    }

    [Fact]
    public async Task A_lot_that_expires_meanwhile_is_not_charged()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync(
            "SELECT grant_credits($1, 10, 'promotional', 'A gift', 'gift', p_expires_at => clock_timestamp() + interval '0.6 seconds')",
            user);
        Task<long> waiting;
        await using (await HeldAccount.HoldAsync(Database, user))
        {
            waiting = Database.ScalarAsync<long>(Batch, user, "late");
            await WaitUntilBlockedAsync();
            await Database.ExecuteAsync("SELECT pg_sleep_until((SELECT max(expires_at) FROM credits.grants WHERE user_id = $1))", user);
        }

        var refused = await Assert.ThrowsAsync<PostgresException>(() => waiting);
        Assert.Equal("40001", refused.SqlState);
        Assert.Equal(1, await Database.ScalarAsync<long>(Batch, user, "late"));
        Assert.Equal((3, 0), await Database.BalanceAsync(user));
    }

    // The other session waits for a lock: from there on it has looked at the account and does not hold it.
    private async Task WaitUntilBlockedAsync()
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (!await Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            + " AND wait_event_type = 'Lock')"))
        {
            Assert.True(DateTime.UtcNow < deadline, "the batch never waited");
        }
    }
}
