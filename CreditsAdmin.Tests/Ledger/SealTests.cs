using System.Diagnostics;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>Seals cover what was committed, all of it and once, whatever runs beside them.</summary>
public class SealTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    [Fact]
    public async Task A_seal_waits_for_whoever_wrote_when_it_was_marked()
    {
        var (slow, quick) = (await Database.SignUpAsync(), await Database.SignUpAsync());
        // Otherwise the two would wait for each other to write down who they are.
        await Database.ExecuteAsync("SELECT grant_credits($1, 1, 'paid', 'why', 'first')", quick);
        await SealAllAsync();
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var grant = new NpgsqlCommand("SELECT entry_id FROM grant_credits($1, 1, 'paid', 'why', 'slow')", connection);
        grant.Parameters.AddWithValue(slow);
        var early = (long)(await grant.ExecuteScalarAsync(Cancel))!;
        var late = await Database.ScalarAsync<long>("SELECT entry_id FROM grant_credits($1, 1, 'paid', 'why', 'quick')", quick);

        await SealAllAsync();
        var meanwhile = await LastSealedAsync();
        await transaction.CommitAsync(Cancel);
        await SealAllAsync();

        Assert.True(early < late && meanwhile < early, $"{early} was not committed, {late} was, sealed up to {meanwhile}");
        Assert.Equal(late, await LastSealedAsync());
    }

    [Fact]
    public async Task Numbers_that_were_never_used_are_no_gap()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("BEGIN; SELECT setval('credits.ledger_entries_id_seq', nextval('credits.ledger_entries_id_seq') + 5); ROLLBACK");
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, 'k')", user);

        await SealAllAsync();

        Assert.Equal(await Database.ScalarAsync<long>("SELECT count(*) FROM credits.ledger_entries"),
            await Database.ScalarAsync<long>("SELECT sum(entries)::bigint FROM credits.seals"));
    }

    [Fact]
    public async Task Demo_data_can_go_and_the_seals_still_hold()
    {
        var demo = await Database.ScalarAsync<Guid>("SELECT create_user('demo@demo.example', NULL, NULL, true)");
        await Database.ExecuteAsync("SELECT grant_credits($1, 1, 'paid', 'why', 'g')", demo);
        await SealAllAsync();

        await Database.ExecuteAsync("SELECT clear_demo_data()");

        await Laws.AssertAsync(Database);
    }

    [Fact]
    public async Task Sealing_and_checking_beside_eight_who_charge_raises_no_false_alarm()
    {
        var users = new List<Guid>();
        for (var user = 0; user < 8; user++) users.Add(await Database.SignUpAsync(free: 1000, paid: 1000));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        var charged = 0;
        var chargers = users.Select(user => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Every third one is taken back by its caller: its number is a gap.
                var end = Interlocked.Increment(ref charged) % 3 == 0 ? "ROLLBACK" : "COMMIT";
                await Database.ExecuteAsync(
                    $"BEGIN; SELECT charge_credits('{user}', 'image', 1, '{Guid.NewGuid()}'); {end}");
            }
        }, Cancel)).ToList();

        var (checks, since) = (0, 0L);
        while (!stop.IsCancellationRequested)
        {
            var before = await LastSealedAsync();
            await Database.ExecuteAsync("SELECT seal_ledger()");
            await using var connection = await Database.OpenAsync();
            Assert.Empty(await Laws.BrokenAsync(connection, checks++ % 4 == 0 ? null : since));
            since = before;
        }

        await Task.WhenAll(chargers);
        await SealAllAsync();
        var seals = await Database.ScalarAsync<long>("SELECT count(*) FROM credits.seals");
        output.WriteLine($"{charged} charges, {checks} checks, {seals} seals");
        Assert.True(checks > 3 && seals > 3, $"{checks} checks, {seals} seals");
        Assert.Equal(await Database.ScalarAsync<long>("SELECT max(id) FROM credits.ledger_entries"), await LastSealedAsync());
    }

    [Fact]
    public async Task Two_who_seal_at_once_make_one_chain()
    {
        for (var round = 0; round < 20; round++)
        {
            await Database.SignUpAsync();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Database.ExecuteAsync("SELECT seal_ledger()")));
        }
    }

    [Theory]
    [InlineData("UPDATE credits.seals SET sealed_at = now()")]
    [InlineData("DELETE FROM credits.seals")]
    [InlineData("TRUNCATE credits.seals")]
    public async Task Seals_are_append_only(string statement)
    {
        await Database.SignUpAsync();
        await SealAllAsync();

        Assert.Equal("42501", await Database.RefusalAsync(statement));
    }

    [Fact]
    public async Task The_hash_is_what_sha256sum_says_about_the_lines()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT grant_credits($1, 1, 'paid', 'Für dich: \"3 > 2\"', 'sum')", user);
        await SealAllAsync();
        var last = await Database.ScalarAsync<long>("SELECT max(id) FROM credits.seals");
        var lines = (await Database.ScalarAsync<string>("SELECT string_agg(line, E'\\n') FROM read_seal($1) line", last)).Split('\n');

        using var sum = Process.Start(new ProcessStartInfo("sha256sum") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await sum.StandardInput.WriteAsync(string.Concat(lines[..^1].Select(line => line + "\n")));
        sum.StandardInput.Close();

        Assert.StartsWith(lines[^1], await sum.StandardOutput.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task SealAllAsync()
    {
        var commands = new LedgerCheckCommands(Database.Credits);
        await commands.SealAsync(Cancel);
        await commands.SealAsync(Cancel);
    }

    private Task<long> LastSealedAsync() =>
        Database.ScalarAsync<long>("SELECT coalesce(max(last_entry_id), 0) FROM credits.seals");
}
