using CreditsAdmin.Data;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace CreditsAdmin.Tests.RateLimits;

/// <summary>Several instances that spend one limit from memory.</summary>
public class RateLimitLeasesTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const int Long = 1_000_000;

    [Theory]
    [InlineData(1000, RateLimit.Fixed)]
    [InlineData(1000, RateLimit.Sliding)]
    [InlineData(7, RateLimit.Fixed)]
    [InlineData(1, RateLimit.Fixed)]
    public async Task Instances_that_are_all_asked_let_through_exactly_the_limit(int most, string algorithm)
    {
        var limit = new RateLimit("test", most, Long, algorithm);
        var who = Guid.NewGuid().ToString();
        RateLimitLeases[] instances = [Instance(), Instance(), Instance()];

        var allowed = await Task.WhenAll(Enumerable.Range(0, 24).Select(caller => Task.Run(async () =>
        {
            var passed = 0;
            // Until this one refuses: then it has spent what it took.
            while ((await instances[caller % 3].SpendAsync(limit, who, Cancel)).Allowed) passed++;
            return passed;
        }, Cancel)));

        Assert.Equal(most, allowed.Sum());
        foreach (var instance in instances) await instance.RecordRefusalsAsync(Cancel);
        Assert.Equal(24L, await RefusedAsync(who));
    }

    [Fact]
    public async Task An_instance_holds_back_no_more_than_it_spent_nor_than_a_twentieth()
    {
        var limit = new RateLimit("test", 1000, Long);
        foreach (var (spent, most) in new[] { (1, 1), (10, 10), (400, 50) })
        {
            var who = Guid.NewGuid().ToString();
            var (idle, busy) = (Instance(), Instance());
            for (var i = 0; i < spent; i++) await idle.SpendAsync(limit, who, Cancel);

            var passed = 0;
            while ((await busy.SpendAsync(limit, who, Cancel)).Allowed) passed++;

            Assert.InRange(spent + passed, 1000 - most, 1000);
        }
    }

    [Fact]
    public async Task What_was_taken_is_not_spent_after_its_window()
    {
        var limit = new RateLimit("test", 400, 5);
        var who = Guid.NewGuid().ToString();
        var (holding, other) = (Instance(), Instance());
        await NextWindowAsync();
        // It takes as many as it has spent: after 20 it holds 12 more.
        for (var i = 0; i < 20; i++) Assert.True((await holding.SpendAsync(limit, who, Cancel)).Allowed);

        var window = await NextWindowAsync();
        var allowed = 0;
        while ((await other.SpendAsync(limit, who, Cancel)).Allowed) allowed++;
        var late = await holding.SpendAsync(limit, who, Cancel);

        Assert.SkipWhen(Window(await NowAsync()) != window, "The machine was too busy to do this within five seconds.");
        Assert.Equal((400, false), (allowed, late.Allowed));

        static long Window(double now) => (long)now / 5;

        async Task<long> NextWindowAsync()
        {
            var before = Window(await NowAsync());
            while (Window(await NowAsync()) == before) await Task.Delay(20, Cancel);
            return before + 1;
        }
    }

    [Fact]
    public async Task Random_identifiers_do_not_grow_memory()
    {
        var leases = Instance(most: 100);
        var limit = new RateLimit("test", 10, Long);
        for (var i = 0; i < 500; i++) await leases.SpendAsync(limit, $"{Guid.NewGuid()}", Cancel);
        Assert.InRange(leases.Kept, 1, 100);

        // Who keeps coming is not pushed out, and whoever was pushed out gains nothing.
        var busy = Guid.NewGuid().ToString();
        var allowed = 0;
        for (var i = 0; i < 300; i++)
        {
            if ((await leases.SpendAsync(limit, busy, Cancel)).Allowed) allowed++;
            await leases.SpendAsync(limit, $"{Guid.NewGuid()}", Cancel);
        }

        Assert.Equal(10, allowed);
    }

    [Fact]
    public async Task While_the_database_does_not_answer_requests_go_on()
    {
        await using var away = new CreditsDatabase(DatabaseLogins.From(
            "Host=127.0.0.1;Port=1;Username=owner;Password=a-secret-word;Database=credits;Timeout=2"));
        var leases = new RateLimitLeases(
            new RateLimitCommands(away), TimeProvider.System, NullLogger<RateLimitLeases>.Instance);
        for (var i = 0; i < 100; i++)
        {
            Assert.True((await leases.SpendAsync(new("test", 1, Long), "who", Cancel)).Allowed);
        }
    }

    private RateLimitLeases Instance(int most = 1000) => new(
        new RateLimitCommands(Database.Credits), TimeProvider.System, NullLogger<RateLimitLeases>.Instance, most);

    private Task<long> NowAsync() =>
        Database.ScalarAsync<long>("SELECT floor(extract(epoch FROM clock_timestamp()))::bigint");

    private Task<long> RefusedAsync(string who) => Database.ScalarAsync<long>(
        "SELECT coalesce(sum(refused), 0)::bigint FROM credits.rate_limit_refusals WHERE identifier = $1", who);
}
