using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Faults;

/// <summary>The app itself ends: killed in the middle of its work, or told to stop.</summary>
public class AppFaultTests(FaultCluster cluster) : FaultTest(cluster)
{
    [Fact]
    public async Task An_app_that_is_killed_and_started_again_loses_nothing()
    {
        await using var bench = await OpenAsync();
        using var load = bench.Load(Seed);
        var kills = 0;

        load.Start(16);
        for (; kills < Count(50); kills++)
        {
            await load.MoreAsync(40, TimeSpan.FromSeconds(60));
            await bench.App.KillAsync();
            await bench.RestartAppAsync();
        }

        await load.MoreAsync(40, TimeSpan.FromSeconds(60));
        await FinishAsync(bench, load, kills);
    }

    [Fact]
    public async Task An_app_that_is_told_to_stop_finishes_what_it_has_begun()
    {
        await using var bench = await OpenAsync();
        using var load = bench.Load(Seed);
        using var last = bench.Load(Seed + 1);
        var stops = 0;

        load.Start(16);
        for (; stops < Count(20); stops++)
        {
            await load.MoreAsync(40, TimeSpan.FromSeconds(60));
            // A charge that waits for its user's account is on its way when the app is told to stop.
            await using var blocker = await bench.Database.OpenAsync();
            await using var held = await AccountLock.TakeAsync(blocker, bench.Users[0]);
            var begun = last.ChargeAsync(bench.Users[0], -1 - stops, $"begun-{stops}");
            await UntilAsync(() => AccountLock.IsWaitedForAsync(bench.Database), TimeSpan.FromSeconds(5), "A charge that waits");
            var stopping = bench.App.StopAsync("TERM");
            await Task.Delay(200, Xunit.TestContext.Current.CancellationToken);
            Assert.False(stopping.IsCompleted, "The app left a charge behind.");
            await held.DisposeAsync();

            Assert.NotNull(await begun);
            Assert.Equal(0, await stopping);
            await bench.RestartAppAsync();
        }

        await load.MoreAsync(40, TimeSpan.FromSeconds(60));
        await FinishAsync(bench, load, stops);
        Assert.Empty(last.Wrong);
        // What the app had not begun, it may leave unanswered: never what it had.
        Assert.Equal(0, load.Late);
    }
}
