using System.Diagnostics;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>Charges that come at the same time are written together, and nobody waits for what is not theirs.</summary>
public class ChargeGathererTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private static readonly Caller Front = new("test", "sql", "r");

    [Fact]
    public async Task What_queued_while_a_batch_was_written_is_written_in_one_transaction()
    {
        await using var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 1));
        var users = await UsersAsync(40);

        var jobs = await Task.WhenAll(users.Select(user => ChargeAsync(gatherer, user)));

        Assert.All(jobs, job => Assert.True(job.Done));
        Assert.Equal(users, jobs.Select(job => job.Value!.UserId));
        var transactions = await Database.ScalarAsync<long>(
            "SELECT count(DISTINCT xmin::text) FROM credits.jobs WHERE user_id = ANY ($1)", users);
        Assert.InRange(transactions, 1, 20);
    }

    [Fact]
    public async Task Each_charge_gets_its_own_answer()
    {
        await using var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 2));
        var users = await UsersAsync(30);

        var jobs = await Task.WhenAll(users.Select((user, i) => ChargeAsync(gatherer, user, cost: i % 10 + 1)));

        Assert.Equal(
            users.Select((_, i) => i % 10 + 1 <= 5 ? $"{4 - (i % 10)}" : $"CR001 {i % 10 - 4}"),
            jobs.Select(job => job.Done ? $"{job.Value.Available}" : $"{job.Refusal.SqlState} {job.Refusal.Number("shortfall")}"));
    }

    [Fact]
    public async Task A_charge_that_the_database_cannot_read_keeps_no_other_one_back()
    {
        await using var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 1));
        var users = await UsersAsync(12);

        var jobs = await Task.WhenAll(users.Select((user, i) =>
            ChargeAsync(gatherer, user, metadata: i == 7 ? """{"a":1e-99999}""" : null)));

        Assert.Equal(RefusalCode.InvalidInput, jobs[7].Refusal?.Code);
        Assert.Equal(11, jobs.Count(job => job.Done));
    }

    [Fact]
    public async Task A_busy_account_does_not_stop_the_others_again_and_again()
    {
        await using var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 1));
        var (stuck, users) = (await Database.SignUpAsync(), await UsersAsync(20));
        await using (await HeldAccount.HoldAsync(Database, stuck))
        {
            var first = users[..10].Select(user => ChargeAsync(gatherer, user)).Append(ChargeAsync(gatherer, stuck)).ToArray();
            var all = await Task.WhenAll(first.Select(FaultAsync));
            Assert.Equal("busy", all[10]);
            Assert.All(all[..10], Assert.Null);

            var waiting = FaultAsync(ChargeAsync(gatherer, stuck));
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(users[10..].Select(user => ChargeAsync(gatherer, user)));
            Assert.False(waiting.IsCompleted, "the busy account's charge waits by itself");
            Assert.InRange(watch.ElapsedMilliseconds, 0, 1_900);
            Assert.Equal("busy", await waiting);
        }

        Assert.True((await ChargeAsync(gatherer, stuck)).Done);
    }

    [Fact]
    public async Task A_full_queue_sends_charges_away_at_once()
    {
        await using var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 1, QueueLimit: 5));
        var user = await Database.SignUpAsync();
        Task<string?>[] charges;
        await using (await HeldAccount.HoldAsync(Database, user))
        {
            charges = [.. Enumerable.Range(0, 100).Select(_ => FaultAsync(ChargeAsync(gatherer, user)))];
            Assert.InRange(charges.Count(charge => charge.IsCompleted), 80, 95);
            Assert.All(charges.Where(charge => charge.IsCompleted), charge => Assert.Equal("busy", charge.Result));
        }

        await Task.WhenAll(charges);
    }

    [Fact]
    public async Task Who_stops_waiting_leaves_the_others_alone()
    {
        await using var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 1));
        var users = await UsersAsync(20);
        using var impatient = new CancellationTokenSource();

        var jobs = users.Select((user, i) => ChargeAsync(gatherer, user, cancel: i % 2 == 0 ? impatient.Token : Cancel)).ToArray();
        await impatient.CancelAsync();

        for (var i = 0; i < jobs.Length; i++)
        {
            if (i % 2 == 1) Assert.True((await jobs[i]).Done);
        }
    }

    [Fact]
    public async Task What_waits_is_written_before_the_app_ends()
    {
        var gatherer = new ChargeGatherer(Database.Credits, new(Shards: 1));
        var users = await UsersAsync(50);

        var jobs = users.Select(user => ChargeAsync(gatherer, user)).ToArray();
        await gatherer.DisposeAsync();

        Assert.All(await Task.WhenAll(jobs), job => Assert.True(job.Done));
    }

    private static Task<CreditResult<JobOutcome>> ChargeAsync(
        ChargeGatherer gatherer, Guid user, long cost = 1, string? metadata = null, CancellationToken? cancel = null) =>
        gatherer.ChargeAsync(new(user, "image", cost, Guid.NewGuid().ToString(), metadata), Front, cancel ?? Cancel);

    private static async Task<string?> FaultAsync(Task<CreditResult<JobOutcome>> charge)
    {
        try
        {
            await charge;
            return null;
        }
        catch (Exception error) when (DatabaseFaults.IsPassing(error))
        {
            return "busy";
        }
    }

    private async Task<Guid[]> UsersAsync(int count)
    {
        var users = new Guid[count];
        for (var i = 0; i < count; i++) users[i] = await Database.SignUpAsync();
        return users;
    }
}
