using System.Diagnostics;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Lots;

/// <summary>When credits begin to count and when they are lost.</summary>
public class ExpiryTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Grant =
        "SELECT id FROM grant_credits($1, $2, $3, 'A test', $4, p_effective_at => clock_timestamp() + $5, "
        + "p_expires_at => clock_timestamp() + $6)";

    private const string Charge = "SELECT charge_credits($1, 'image', $2, $3)";
    private static readonly TimeSpan Now = TimeSpan.Zero;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData("promotional", 5, 0)]
    [InlineData("paid", 0, 5)]
    public async Task What_is_left_is_lost_at_expiry_with_one_entry(string category, long free, long paid)
    {
        var user = await Database.SignUpAsync(free, paid);
        await Database.ExecuteAsync(Grant, user, 10L, category, "g", Now, Day);
        await Database.ExecuteAsync(Charge, user, 4L, "c");
        await Database.PassAsync(user, Day);

        await PostAsync();
        await PostAsync();

        Assert.Equal((free, paid), await Database.BalanceAsync(user));
        var entry = await Database.RowAsync(
            "SELECT count(*) AS entries, min(delta) AS delta FROM credits.ledger_entries WHERE user_id = $1 AND kind = 'expiry'", user);
        Assert.Equal((1, -6), (entry.GetProperty("entries").GetInt64(), entry.GetProperty("delta").GetInt64()));
    }

    [Fact]
    public async Task A_lot_with_nothing_left_ends_without_an_entry()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 0);
        await Database.ExecuteAsync(Grant, user, 10L, "promotional", "g", Now, Day);
        await Database.ExecuteAsync(Charge, user, 10L, "c");
        await Database.PassAsync(user, Day);

        await PostAsync();

        Assert.Equal((5, 0), await Database.BalanceAsync(user));
        Assert.Equal("expired", await Database.ScalarAsync<string>(
            "SELECT status FROM credits.grants WHERE user_id = $1 AND idempotency_key = 'g'", user));
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM credits.ledger_entries WHERE user_id = $1 AND kind = 'expiry'", user));
    }

    [Theory]
    [InlineData("SELECT charge_credits($1, 'image', 6, 'late')")]
    [InlineData("SELECT 1 / count(*) FROM charge_credits_batch(ARRAY[$1]::uuid[], '{image}', '{6}', '{late}') WHERE refusal IS NULL")]
    public async Task Nothing_is_charged_from_an_expired_lot_though_no_worker_ran(string charge)
    {
        var user = await Database.SignUpAsync(free: 5, paid: 0);
        await Database.ExecuteAsync(Grant, user, 10L, "promotional", "g", Now, Day);
        await Database.PassAsync(user, Day);

        Assert.NotNull(await Database.RefusalAsync(charge, user));
        Assert.Null(await Database.RefusalAsync(Charge, user, 5L, "c"));

        Assert.Equal((0, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_grant_that_begins_later_counts_from_then_on()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 0);
        await Database.ExecuteAsync(Grant, user, 10L, "paid", "g", Day, 3 * Day);
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
        Assert.Equal("CR001", await Database.RefusalAsync(Charge, user, 6L, "early"));

        await Database.PassAsync(user, Day);

        Assert.Null(await Database.RefusalAsync(Charge, user, 6L, "c"));
        Assert.Equal((5, 4), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task After_a_long_downtime_everything_is_posted_in_the_order_of_its_time()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 0);
        await Database.ExecuteAsync(Grant, user, 10L, "paid", "first", Now, 3 * Day);
        await Database.ExecuteAsync(Grant, user, 20L, "paid", "second", 2 * Day, 4 * Day);
        await Database.ExecuteAsync(Grant, user, 40L, "paid", "third", Day, 9 * Day);
        await Database.PassAsync(user, 30 * Day);

        Assert.Equal("CR001", await Database.RefusalAsync(Charge, user, 6L, "c"));
        await PostAsync();

        Assert.Equal("+5 +10 +40 +20 -10 -20 -40", await Database.ScalarAsync<string>(
            "SELECT string_agg(to_char(delta, 'FMS999'), ' ' ORDER BY seq) FROM credits.ledger_entries WHERE user_id = $1", user));
    }

    [Fact]
    public async Task What_comes_back_after_its_lot_expired_is_kept_and_never_expires()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 5);
        await Database.ExecuteAsync(Grant, user, 10L, "promotional", "g", Now, Day);
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 10, 'c')", user);
        await Database.PassAsync(user, Day);

        await Database.ExecuteAsync("SELECT fail_job($1)", job);

        Assert.Equal((10, 5), await Database.BalanceAsync(user));
        await Database.PassAsync(user, 1000 * Day);
        await PostAsync();
        Assert.Equal((10, 5), await Database.BalanceAsync(user));
        Assert.Equal("refund 10, manual 5", await ExplainAsync(user));
        await Database.ExecuteAsync(Grant, user, 1L, "paid", "later", Now, Day);
        Assert.Equal("refund", await Database.ScalarAsync<string>(
            "SELECT source FROM credits.grants WHERE user_id = $1 AND category = 'promotional' AND status = 'open'", user));
    }

    [Fact]
    public async Task Eight_workers_and_running_charges_expire_each_lot_exactly_once()
    {
        const int users = 12, lots = 6;
        var ids = await Task.WhenAll(Enumerable.Range(0, users).Select(_ => Database.SignUpAsync()));
        foreach (var user in ids)
        {
            for (var lot = 0; lot < lots; lot++)
            {
                var life = TimeSpan.FromMilliseconds(1500 + (150 * lot));
                await Database.ExecuteAsync(Grant, user, 50L, lot % 2 == 0 ? "promotional" : "paid", $"g{lot}", Now, life);
            }
        }

        var deadline = Stopwatch.StartNew();
        var charged = 0;
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (await OpenLotsAsync(ids) > 0 && deadline.Elapsed < TimeSpan.FromSeconds(60)) await PostAsync();
        }));
        var chargers = ids.Select(user => Task.Run(async () =>
        {
            while (await OpenLotsAsync([user]) > 0 && deadline.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Database.RefusalAsync(Charge, user, 1L, $"c{Interlocked.Increment(ref charged)}");
            }
        }));
        await Task.WhenAll([.. workers, .. chargers]);

        Assert.Equal(0, await OpenLotsAsync(ids));
        // All that is left are the welcome credits; whatever else there was has been spent or expired, once.
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM credits.accounts WHERE user_id = ANY ($1) AND free + paid > 5", ids));
        Assert.True(charged > users);
    }

    [Fact]
    public async Task An_account_somebody_works_on_is_left_alone_and_posted_later()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 5);
        await Database.ExecuteAsync(Grant, user, 10L, "promotional", "g", Now, Day);
        await Database.PassAsync(user, Day);
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT FROM credits.accounts WHERE user_id = '{user}' FOR NO KEY UPDATE";
            await command.ExecuteNonQueryAsync(Cancel);

            Assert.Equal(0, await new LedgerCommands(Database.Credits).PostDueLotsAsync(Cancel));
        }

        Assert.Equal(1, await new LedgerCommands(Database.Credits).PostDueLotsAsync(Cancel));
        Assert.Equal((0, 5), await Database.BalanceAsync(user));
    }

    private Task<int> PostAsync() => Database.ExecuteAsync("SELECT post_due_lots()");

    private Task<long> OpenLotsAsync(Guid[] users) => Database.ScalarAsync<long>(
        "SELECT count(*) FROM credits.grants WHERE user_id = ANY ($1) AND status = 'open' AND expires_at IS NOT NULL", users);

    private Task<string> ExplainAsync(Guid user) => Database.ScalarAsync<string>(
        "SELECT string_agg(source || ' ' || remaining, ', ' ORDER BY position) FROM explain_balance($1) WHERE status = 'open'", user);
}
