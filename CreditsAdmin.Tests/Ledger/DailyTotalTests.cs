using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>The rollup and its live tail.</summary>
public class DailyTotalTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(DateTime.UtcNow);

    [Fact]
    public async Task Totals_are_the_ledgers_sums_whatever_part_of_it_was_rolled_up()
    {
        var user = await Database.SignUpAsync(20, 20);
        await SpendAsync(user, 1, 8);
        Assert.Equal(await SumsAsync(), await TotalsAsync());

        await SealAsync();
        await Database.ExecuteAsync("SELECT roll_up(3)");
        Assert.Equal(await SumsAsync(), await TotalsAsync());

        await Database.ExecuteAsync("SELECT roll_up()");
        await SpendAsync(user, 9, 12);
        Assert.Equal(await SumsAsync(), await TotalsAsync());
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT roll_up()"));
    }

    [Fact]
    public async Task Many_who_roll_up_at_once_count_every_entry_once()
    {
        var user = await Database.SignUpAsync(50, 50);
        await SpendAsync(user, 100, 140);
        await SealAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await Database.ExecuteAsync("SELECT roll_up(7)");
        })));

        Assert.Equal(await SumsAsync(), await TotalsAsync());
    }

    [Fact]
    public async Task Demo_data_leaves_the_totals_when_it_is_removed()
    {
        await Database.ExecuteAsync("SELECT create_user('totals@demo.example', NULL, NULL, true)");
        await SealAsync();
        await Database.ExecuteAsync("SELECT roll_up()");

        await Database.ExecuteAsync("SELECT clear_demo_data()");

        Assert.Equal(await SumsAsync(), await TotalsAsync());
    }

    private Task<int> SpendAsync(Guid user, int from, int to) => Database.ExecuteAsync(
        "SELECT charge_credits($1, CASE i % 2 WHEN 0 THEN 'image' ELSE 'video' END, 1, 'spend-' || i) FROM generate_series($2, $3) i",
        user, from, to);

    // The first call marks how far it is safe to seal, the second one seals.
    private async Task SealAsync()
    {
        for (var i = 0; i < 2; i++) await Database.ExecuteAsync("SELECT seal_ledger()");
    }

    private async Task<List<DailyTotal>> TotalsAsync() =>
        await Database.Credits.ReadAsync(db => DailyTotalQueries.ListAsync(db, Today.AddDays(-30), Today, Cancel));

    private async Task<List<DailyTotal>> SumsAsync()
    {
        await using var connection = await Database.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT (e.created_at AT TIME ZONE 'UTC')::date, e.kind, coalesce(j.operation, ''), count(*), "
            + "sum(e.delta)::bigint, sum(e.free_delta)::bigint FROM credits.ledger_entries e "
            + "LEFT JOIN credits.jobs j ON j.id = e.job_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
        await using var row = await command.ExecuteReaderAsync(Cancel);
        var sums = new List<DailyTotal>();
        while (await row.ReadAsync(Cancel))
        {
            sums.Add(new(row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4),
                row.GetInt64(5)));
        }

        return sums;
    }
}
