using System.Diagnostics;
using System.Text.Json;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>An app whose background check runs every second.</summary>
public sealed class WatchedApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override string LedgerWatchSeconds => "1";
}

/// <summary>What the app does with what the background check finds.</summary>
public class LedgerWatchTests(WatchedApp app) : IClassFixture<WatchedApp>
{
    private WatchedApp App { get; } = app;

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wrong_books_stop_the_API_and_nothing_else_until_they_are_right_again()
    {
        using var client = await App.ApiClientAsync();
        var user = await App.Database.SignUpAsync();
        await ReadyAsync(client, ledger => ledger.GetProperty("violations").GetInt64() == 0);

        await PlantAsync($"UPDATE credits.accounts SET free = 6 WHERE user_id = '{user}'");
        await ReadyAsync(client, ledger => ledger.GetProperty("violations").GetInt64() > 0);
        var refused = await client.ChargeAsync(user);
        var read = await client.ReadAsync($"/v1/balances/{user}");

        await PlantAsync($"UPDATE credits.accounts SET free = 5 WHERE user_id = '{user}'");
        await ReadyAsync(client, ledger => !ledger.GetProperty("refusing").GetBoolean());
        var charged = await client.ChargeAsync(user);

        Assert.Equal((503, "ledger_unsound"), (refused.Status, refused["code"]));
        Assert.NotNull(refused.Response.Headers.RetryAfter);
        Assert.Equal((200, 201), (read.Status, charged.Status));
        await Laws.AssertAsync(App.Database);
    }

    [Fact]
    public async Task What_is_charged_gets_sealed()
    {
        var user = await App.Database.SignUpAsync();
        var entry = await App.Database.ScalarAsync<long>("SELECT max(id) FROM credits.ledger_entries WHERE user_id = $1", user);

        await UntilAsync(async () => await App.Database.ScalarAsync<long>(
            "SELECT coalesce(max(last_entry_id), 0) FROM credits.seals") >= entry, "the seal");
    }

    // Past the rules, and with the last full check so long ago that one is due.
    private async Task PlantAsync(string statement)
    {
        await App.Database.ExecuteAsync($"BEGIN; SET LOCAL session_replication_role = replica; {statement}; COMMIT");
        await App.Database.ExecuteAsync("UPDATE credits.ledger_checks SET finished_at = finished_at - interval '2 hours'");
    }

    private static Task ReadyAsync(HttpClient client, Func<JsonElement, bool> wanted) => UntilAsync(async () =>
    {
        var ready = await client.ReadAsync("/health/ready");
        Assert.Equal((200, "ready"), (ready.Status, ready["status"]));
        return ready.Json.GetProperty("ledger") is { ValueKind: JsonValueKind.Object } ledger && wanted(ledger);
    }, "the check");

    private static async Task UntilAsync(Func<Task<bool>> done, string what)
    {
        var patience = Stopwatch.StartNew();
        while (!await done())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), $"{what} did not come");
            await Task.Delay(50, Cancel);
        }
    }
}

/// <summary>Who checks when, with several instances.</summary>
public class WatchLedgerTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private readonly LedgerCheckCommands commands = new(fixture.Database.Credits);

    [Fact]
    public async Task A_full_check_comes_first_then_recent_ones_and_never_two_for_one_tick()
    {
        await Database.ExecuteAsync("DELETE FROM credits.ledger_checks");
        await Database.SignUpAsync();

        var every = TimeSpan.FromSeconds(600);
        var first = await commands.WatchAsync(every, full: false, Cancel);
        var again = await commands.WatchAsync(every, full: false, Cancel);
        await Database.ExecuteAsync("UPDATE credits.ledger_checks SET finished_at = finished_at - interval '10 minutes'");
        var recent = await commands.WatchAsync(every, full: false, Cancel);
        await Database.ExecuteAsync("UPDATE credits.ledger_checks SET finished_at = finished_at - interval '51 minutes'");
        var full = await commands.WatchAsync(every, full: false, Cancel);

        Assert.Equal(("full", "recent", "full"), (first!.Last.Scope, recent!.Last.Scope, full!.Last.Scope));
        Assert.Equal(first.Last.Id, again!.Last.Id);
        Assert.Equal(first.Last.Id, recent.Full!.Id);
    }

    [Fact]
    public async Task A_recent_check_that_finds_something_is_followed_by_a_full_one_at_once()
    {
        await commands.WatchAsync(TimeSpan.Zero, full: true, Cancel);
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync($"BEGIN; SET LOCAL session_replication_role = replica; UPDATE credits.accounts SET free = 9 WHERE user_id = '{user}'; COMMIT");

        var found = await commands.WatchAsync(TimeSpan.Zero, full: false, Cancel);

        Assert.True(found!.Unsound);
        Assert.Equal(("full", "I1 I11"), (found.Last.Scope, string.Join(' ', found.Broken.Select(broken => broken.Number))));
        await Database.ExecuteAsync($"BEGIN; SET LOCAL session_replication_role = replica; UPDATE credits.accounts SET free = 5 WHERE user_id = '{user}'; COMMIT");
        Assert.False((await commands.WatchAsync(TimeSpan.Zero, full: true, Cancel))!.Unsound);
    }

    [Fact]
    public async Task Late_jobs_are_told_but_the_books_are_sound()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, 'k')", user);
        await Database.ExecuteAsync("UPDATE credits.jobs SET deadline = now() - interval '1 hour' WHERE user_id = $1", user);

        var found = await commands.WatchAsync(TimeSpan.Zero, full: true, Cancel);
        await Database.ExecuteAsync("SELECT expire_jobs()");

        Assert.Equal((1, false, "I12"), (found!.Violations, found.Unsound, found.Broken.Single().Number));
    }

    [Fact]
    public async Task One_checks_at_a_time_and_when_it_is_killed_the_next_one_takes_over()
    {
        var before = await commands.WatchAsync(TimeSpan.Zero, full: true, Cancel);
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var check = new NpgsqlCommand("SELECT count(*) FROM watch_ledger(0, true)", connection);
        await check.ExecuteScalarAsync(Cancel);

        var beside = await commands.WatchAsync(TimeSpan.Zero, full: true, Cancel);
        await Database.ExecuteAsync("SELECT pg_terminate_backend($1, 10000)", connection.ProcessID);
        var after = await commands.WatchAsync(TimeSpan.Zero, full: true, Cancel);

        Assert.Equal(before!.Last.Id, beside!.Last.Id);
        Assert.True(after!.Last.Id > before.Last.Id);
    }

    [Fact]
    public async Task Eight_instances_that_tick_at_once_check_once()
    {
        await Database.ExecuteAsync("DELETE FROM credits.ledger_checks");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => commands.WatchAsync(TimeSpan.FromHours(1), full: false, Cancel)));

        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.ledger_checks"));
    }
}
