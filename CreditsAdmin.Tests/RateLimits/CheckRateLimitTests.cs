using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.RateLimits;

/// <summary>The function that seed system 001 calls, and what it does now that it did not do there.</summary>
public class CheckRateLimitTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    // A window that does not end while a test runs.
    private const int Long = 1_000_000;

    [Fact]
    public async Task It_has_the_parameters_and_columns_that_front_ends_call_today()
    {
        var who = Guid.NewGuid().ToString();
        const string call = "SELECT * FROM check_rate_limit(p_identifier => $1, p_type => 'user', p_max_requests => 2, "
            + "p_window_seconds => 1000000)";

        var first = await Database.RowAsync(call, who);
        var second = await Database.RowAsync(call, who);
        var third = await Database.RowAsync(call, who);

        Assert.Equal(
            ["allowed", "current_count", "remaining", "window_end"], first.EnumerateObject().Select(one => one.Name).Order());
        Assert.Equal((true, 1, 1), Read(first));
        Assert.Equal((true, 2, 0), Read(second));
        Assert.Equal((false, 2, 0), Read(third));
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("sliding")]
    public async Task Of_many_at_once_exactly_as_many_as_the_limit_are_let_through(string algorithm)
    {
        var who = Guid.NewGuid().ToString();

        var taken = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(async () =>
        {
            await using var connection = await Database.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT taken FROM take_rate_limit($1, 'user', 100, $2, $3)", connection);
            command.Parameters.AddWithValue(who);
            command.Parameters.AddWithValue(Long);
            command.Parameters.AddWithValue(algorithm);
            var passed = 0;
            for (var i = 0; i < 10; i++) passed += (int)(await command.ExecuteScalarAsync(Cancel))!;
            return passed;
        }, Cancel)));

        Assert.Equal(100, taken.Sum());
        Assert.Equal(140L, await RefusedAsync(who));
    }

    [Fact]
    public async Task Every_limit_counts_for_itself()
    {
        var who = Guid.NewGuid().ToString();
        (string Type, int Most, int Window, string Algorithm)[] limits =
        [
            ("user", 1, Long, "fixed"), ("ip", 1, Long, "fixed"), ("user", 2, Long, "fixed"), ("user", 1, 2 * Long, "fixed"),
            ("user", 1, Long, "sliding"),
        ];
        foreach (var (type, most, window, algorithm) in limits)
        {
            Assert.Equal((1, 1), await TakeAsync(who, type, most, window, algorithm));
        }

        Assert.Equal((0, 1), await TakeAsync(who, "user", 1, Long, "fixed"));
        Assert.Equal((1, 1), await TakeAsync(who + "x", "user", 1, Long, "fixed"));
    }

    [Fact]
    public async Task A_window_is_as_long_as_it_says()
    {
        var who = Guid.NewGuid().ToString();
        Assert.Equal((1, 1), await TakeAsync(who, "user", 1, 7200, "fixed"));
        // A minute later, in the seed a new window.
        await Database.ExecuteAsync("UPDATE credits.rate_limits SET window_start = window_start - 60 WHERE identifier = $1", who);
        Assert.Equal((0, 1), await TakeAsync(who, "user", 1, 7200, "fixed"));
        await Database.ExecuteAsync("UPDATE credits.rate_limits SET window_start = window_start - 7140 WHERE identifier = $1", who);
        Assert.Equal((1, 1), await TakeAsync(who, "user", 1, 7200, "fixed"));

        // One of a second is over after a second, and never in the past.
        var row = await Database.RowAsync(
            "SELECT window_end > clock_timestamp() - interval '1 second' AND window_end <= clock_timestamp() + interval '1 second' "
            + "AS soon, extract(epoch FROM window_end) % 1 = 0 AS whole FROM check_rate_limit($1, 'ip', 1, 1)", who);
        Assert.True(row.GetProperty("soon").GetBoolean() && row.GetProperty("whole").GetBoolean());
        var deadline = DateTimeOffset.UtcNow.AddSeconds(10);
        while ((await TakeAsync(who, "ip", 1, 1, "fixed")).Taken == 0) Assert.True(DateTimeOffset.UtcNow < deadline);
    }

    [Fact]
    public async Task A_sliding_limit_weighs_what_came_in_the_window_before()
    {
        var who = Guid.NewGuid().ToString();
        for (var i = 0; i < 100; i++) Assert.Equal(1, (await TakeAsync(who, "user", 100, Long, "sliding")).Taken);
        Assert.Equal(0, (await TakeAsync(who, "user", 100, Long, "sliding")).Taken);

        // Now these were in the window before this one; a part of them, as much as of that window lies within one length.
        await Database.ExecuteAsync(
            "UPDATE credits.rate_limits SET window_start = window_start - window_seconds WHERE identifier = $1", who);
        var passed = await Database.ScalarAsync<double>("SELECT (extract(epoch FROM now()) / $1 % 1)::float8", Long);
        var free = (int)Math.Floor(100 * passed);
        for (var i = 0; i < free; i++) Assert.Equal(1, (await TakeAsync(who, "user", 100, Long, "sliding")).Taken);
        Assert.Equal(0, (await TakeAsync(who, "user", 100, Long, "sliding")).Taken);

        // After two windows nothing is left of it.
        await Database.ExecuteAsync(
            "UPDATE credits.rate_limits SET window_start = window_start - 2 * window_seconds WHERE identifier = $1", who);
        Assert.Equal((1, 1), await TakeAsync(who, "user", 100, Long, "sliding"));
    }

    [Theory]
    [InlineData("NULL, 'user', 1, 60")]
    [InlineData("' ', 'user', 1, 60")]
    [InlineData("'who', NULL, 1, 60")]
    [InlineData("'who', 'user', NULL, 60")]
    [InlineData("'who', 'user', 0, 60")]
    [InlineData("'who', 'user', -1, 60")]
    [InlineData("'who', 'user', 1, NULL")]
    [InlineData("'who', 'user', 1, 0")]
    [InlineData("'who', 'user', 1, 2678401")]
    [InlineData("'who', 'user', 1, -60")]
    public async Task What_is_no_limit_is_refused(string arguments) =>
        Assert.Equal("CR013", await Database.RefusalAsync($"SELECT check_rate_limit({arguments})"));

    [Fact]
    public async Task A_long_identifier_is_kept_as_its_hash()
    {
        var who = new string('ü', 100_000) + Guid.NewGuid();
        Assert.Equal((1, 1), await TakeAsync(who, "user", 1, Long, "fixed"));
        Assert.Equal((0, 1), await TakeAsync(who, "user", 1, Long, "fixed"));
        Assert.Equal((1, 1), await TakeAsync(who + "x", "user", 1, Long, "fixed"));
        Assert.Equal(71L, await Database.ScalarAsync<long>("SELECT max(length(identifier))::bigint FROM credits.rate_limits "
            + "WHERE identifier LIKE 'sha256:%'"));
    }

    [Fact]
    public async Task A_store_is_a_twentieth_of_what_is_left_and_the_end_is_given_one_by_one()
    {
        var who = Guid.NewGuid().ToString();
        var taken = new List<int>();
        do taken.Add((await TakeAsync(who, "user", 400, Long, "fixed", wanted: 1000)).Taken);
        while (taken[^1] > 0);

        Assert.Equal((20, 19, 400), (taken[0], taken[1], taken.Sum()));
        Assert.Equal(Enumerable.Repeat(1, 20), taken[^21..^1]);
        Assert.True(taken.Zip(taken.Skip(1)).All(pair => pair.First >= pair.Second));
    }

    [Fact]
    public async Task What_no_longer_counts_is_forgotten_and_what_counts_stays()
    {
        var (over, counts) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        foreach (var who in new[] { over, over, counts, counts }) await TakeAsync(who, "user", 1, Long, "fixed");
        await Database.ExecuteAsync("UPDATE credits.rate_limits SET window_start = window_start - 3000000 WHERE identifier = $1", over);
        await Database.ExecuteAsync(
            "UPDATE credits.rate_limit_refusals SET last_at = last_at - interval '8 days' WHERE identifier = $1", over);
        await Database.ExecuteAsync("INSERT INTO credits.rate_limit_refusals SELECT i::text, 'many', 1, 60, false, 0, 1, "
            + "now() - interval '1 day', now() - interval '1 day' - i * interval '1 second' FROM generate_series(1, 10050) i");

        Assert.True(await Database.ScalarAsync<int>("SELECT cleanup_expired_rate_limits()") >= 1);

        Assert.Equal((1, 1), await TakeAsync(over, "user", 1, Long, "fixed"));
        Assert.Equal((0, 1), await TakeAsync(counts, "user", 1, Long, "fixed"));
        Assert.Equal(0L, await RefusedAsync(over));
        Assert.Equal(2L, await RefusedAsync(counts));
        Assert.Equal(10_000L, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.rate_limit_refusals"));
        Assert.Equal(0L, await RefusedAsync("10050"));
    }

    private async Task<(int Taken, int Count)> TakeAsync(
        string who, string type, int most, int window, string algorithm, int wanted = 1)
    {
        var row = await Database.RowAsync("SELECT taken, current_count, remaining FROM take_rate_limit($1, $2, $3, $4, $5, $6)",
            who, type, most, window, algorithm, wanted);
        Assert.Equal(most - row.GetProperty("current_count").GetInt32(), row.GetProperty("remaining").GetInt32());
        return (row.GetProperty("taken").GetInt32(), row.GetProperty("current_count").GetInt32());
    }

    private Task<long> RefusedAsync(string who) => Database.ScalarAsync<long>(
        "SELECT coalesce(sum(refused), 0)::bigint FROM credits.rate_limit_refusals WHERE identifier = $1", who);

    private static (bool, int, int) Read(JsonElement row) => (
        row.GetProperty("allowed").GetBoolean(), row.GetProperty("current_count").GetInt32(),
        row.GetProperty("remaining").GetInt32());
}
