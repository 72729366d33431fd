using CreditsAdmin.Data.Usage;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Usage;

/// <summary>What models earn and cost, from totals by day and what came since. A credit costs two dollars here.</summary>
public class MarginTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private static readonly DateOnly Day = new(2026, 3, 1);

    [Fact]
    public async Task Margins_are_the_records_sums_whatever_part_of_them_was_rolled_up()
    {
        var user = await PrepareAsync();
        Assert.Empty(await MarginsAsync(Day, Day));
        await RecordAsync(user, "a", 1_000_000, Day);
        Assert.Equal("m1 1 1.2 1 0.2", await OnlyAsync(Day, Day));

        while (await LeftAsync()) await Database.ExecuteAsync("SELECT roll_up_usage()");
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.usage_totals WHERE day = $1", Day));
        await RecordAsync(user, "b", 500_000, Day);
        await RecordAsync(user, "c", 500_000, Day.AddDays(1));
        Assert.Equal("m1 2 1.8 1.5 0.3", await OnlyAsync(Day, Day));
        Assert.Equal("m1 3 2.4 2 0.4", await OnlyAsync(Day.AddDays(-1), Day.AddDays(1)));

        while (await Database.ScalarAsync<long>("SELECT roll_up_usage(1)") > 0 || await LeftAsync()) { }
        Assert.Equal("m1 3 2.4 2 0.4", await OnlyAsync(Day, Day.AddDays(1)));
        Assert.Equal("m1 1 0.6 0.5 0.1", await OnlyAsync(Day.AddDays(1), Day.AddDays(1)));
    }

    [Fact]
    public async Task A_job_is_shared_among_its_models_by_their_cost_and_loses_what_it_gives_back()
    {
        var (user, day) = (await PrepareAsync(), Day.AddDays(10));
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'video', 6, 'k')", user);
        await RecordAsync(user, "x", 3_000_000, day, "m1", job);
        await RecordAsync(user, "y", 1_000_000, day, "m2", job);

        Assert.Equal(["m1 1 9 3 6", "m2 1 3 1 2"], await MarginsAsync(day, day));
        // The other half of the job's records is of another day, and no day has all of what the job took.
        await RecordAsync(user, "z", 4_000_000, day.AddDays(1), "m2", job);
        Assert.Equal(["m1 1 4.5 3 1.5", "m2 1 1.5 1 0.5"], await MarginsAsync(day, day));
        Assert.Equal("m2 1 6 4 2", await OnlyAsync(day.AddDays(1), day.AddDays(1)));
        await Database.ExecuteAsync("SELECT complete_job($1, 2)", job);
        Assert.Equal(["m1 1 1.5 3 -1.5", "m2 2 2.5 5 -2.5"], await MarginsAsync(day, day.AddDays(1)));
    }

    [Fact]
    public async Task A_number_that_shows_late_is_counted_once_all_the_same()
    {
        var (user, other, day) = (await PrepareAsync(), await PrepareAsync(), Day.AddDays(20));
        await using var connection = await Database.OpenAsync();
        await using var slow = await connection.BeginTransactionAsync(Cancel);
        await using var early = new Npgsql.NpgsqlCommand(
            "SELECT record_usage($1, 'p', 'm1', 'slow', 1000000, p_used_at => $2)", connection);
        early.Parameters.AddWithValue(user);
        early.Parameters.AddWithValue(day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc));
        await early.ExecuteNonQueryAsync(Cancel);
        await RecordAsync(other, "quick", 1_000_000, day);

        for (var i = 0; i < 3; i++) await Database.ExecuteAsync("SELECT roll_up_usage()");
        await slow.CommitAsync(Cancel);
        Assert.Equal("m1 2 2.4 2 0.4", await OnlyAsync(day, day));
        while (await LeftAsync()) await Database.ExecuteAsync("SELECT roll_up_usage()");
        Assert.Equal("m1 2 2.4 2 0.4", await OnlyAsync(day, day));
    }

    [Fact]
    public async Task Demo_data_leaves_margins_when_it_is_removed()
    {
        var day = Day.AddDays(40);
        await PrepareAsync();
        var demo = await Database.ScalarAsync<Guid>("SELECT create_user('usage@demo.example', NULL, NULL, true)");
        await RecordAsync(demo, "a", 3_000_000, day);
        while (await LeftAsync()) await Database.ExecuteAsync("SELECT roll_up_usage()");
        await RecordAsync(demo, "b", 1_000_000, day);

        await Database.ExecuteAsync("SELECT clear_demo_data()");

        Assert.Empty(await MarginsAsync(day, day));
    }

    private async Task<Guid> PrepareAsync()
    {
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 200, usage_markup = 20");
        foreach (var model in new[] { "m1", "m2" })
        {
            await Database.ExecuteAsync("SELECT set_price('p', $1, 1, p_effective_from => '2020-01-01Z')", model);
        }

        return await Database.SignUpAsync(free: 0, paid: 50);
    }

    private Task<int> RecordAsync(Guid user, string key, long tokens, DateOnly day, string model = "m1", Guid? job = null) =>
        Database.ExecuteAsync($"SELECT record_usage($1, 'p', $2, $3, $4, p_used_at => $5, p_job_id => {(job is null ? "NULL" : $"'{job}'")})",
            user, model, key, tokens, day.ToDateTime(new TimeOnly(23, 59, 59), DateTimeKind.Utc));

    private Task<bool> LeftAsync() => Database.ScalarAsync<bool>(
        "SELECT (SELECT max(id) FROM credits.usage_records) > (SELECT record_id FROM credits.usage_totals_mark)");

    private async Task<string> OnlyAsync(DateOnly from, DateOnly to) => Assert.Single(await MarginsAsync(from, to));

    private async Task<List<string>> MarginsAsync(DateOnly from, DateOnly to) =>
        [.. (await Database.Credits.ReadAsync(db => UsageQueries.MarginsAsync(db, from, to, Cancel)))
            .Select(one => $"{one.Model} {one.Records} {one.Charged} {one.Cost} {one.Difference}")];
}
