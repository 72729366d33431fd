using System.Diagnostics;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Tests.Faults;

/// <summary>A primary with a standby. The app knows both hosts and finds the one that is primary.</summary>
public class StandbyTests(FaultCluster cluster) : FaultTest(cluster)
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_primary_that_is_killed_loses_nothing_when_its_synchronous_standby_takes_over()
    {
        var name = await Cluster.NewDatabaseAsync();
        var (primary, standby) = (await Cluster.Server.CopyAsync(), (FaultServer?)null);
        try
        {
            var other = ServerPort.Free();
            await using var bench = await FaultBench.OpenAsync(
                Cluster, primary, name, app => app.Host = $"127.0.0.1:{primary.Port},127.0.0.1:{other}");
            using var load = bench.Load(Seed);
            var (failovers, slowest, promotion) = (0, TimeSpan.Zero, TimeSpan.Zero);

            load.Start(16);
            for (; failovers < Count(10); failovers++)
            {
                standby = await primary.CopyAsync(standby: true, port: other);
                await ConfirmAsync(primary, "'*'");
                await UntilAsync(async () => await primary.AskAsync("SELECT sync_state FROM pg_stat_replication") is "sync",
                    Recovery, "A synchronous standby");
                await load.MoreAsync(100, TimeSpan.FromSeconds(60));

                var gap = Stopwatch.StartNew();
                primary.Kill();
                await standby.PromoteAsync();
                var promoted = gap.Elapsed;
                await load.MoreAsync(1, Recovery);
                if (gap.Elapsed > slowest) (slowest, promotion) = (gap.Elapsed, promoted);

                (other, var killed) = (primary.Port, primary);
                (primary, standby) = (standby, null);
                await killed.DisposeAsync();
            }

            await bench.MoveAsync(primary);
            await FinishAsync(bench, load, failovers,
                $"longest gap {slowest.TotalSeconds:0.0} s, of which {promotion.TotalSeconds:0.0} s for the promotion");
        }
        finally
        {
            await primary.DisposeAsync();
            if (standby is not null) await standby.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_asynchronous_standby_that_lags_loses_charges_and_this_test_sees_it()
    {
        var name = await Cluster.NewDatabaseAsync();
        await using var primary = await Cluster.Server.CopyAsync();
        await using var feed = new CutProxy(primary.Port, _ => false, Seed);
        await using var standby = await primary.CopyAsync(standby: true, feed: feed.Port);
        await using var bench = await FaultBench.OpenAsync(
            Cluster, primary, name, app => app.Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}");
        using var load = bench.Load(Seed);

        feed.Lag = TimeSpan.FromMilliseconds(300);
        load.Start(16);
        await load.MoreAsync(500, TimeSpan.FromSeconds(60));
        primary.Kill();
        feed.CutAll();
        await standby.PromoteAsync();
        await load.MoreAsync(1, Recovery);
        await load.StopAsync();

        await bench.MoveAsync(standby);
        var found = await bench.CompareAsync(load);
        Tell(load, 1, found, "Control: losses must show.");
        Assert.True(found.Lost > 0, "Charges were lost, and this test did not see it.");
        Assert.Equal(0, found.Double);
    }

    [Fact]
    public async Task A_commit_that_no_standby_confirms_is_not_acknowledged_before_one_does()
    {
        var name = await Cluster.NewDatabaseAsync();
        await using var primary = await Cluster.Server.CopyAsync();
        await using var bench = await FaultBench.OpenAsync(Cluster, primary, name);
        using var load = bench.Load(Seed);
        Assert.NotNull(await load.ChargeAsync(bench.Users[0], 1, "before"));

        await ConfirmAsync(primary, "'nobody'");
        Assert.Null(await load.ChargeAsync(bench.Users[0], 2, "unconfirmed"));
        Assert.Equal((1, 0), (load.TurnedAway, load.Cuts));

        await ConfirmAsync(primary, "''");
        Assert.NotNull(await load.ChargeAsync(bench.Users[0], 2, "unconfirmed"));
        Assert.Equal(new Comparison(0, 0), await bench.CompareAsync(load));
    }

    // Which standbys have to confirm a commit before it counts.
    private static async Task ConfirmAsync(FaultServer primary, string standbys)
    {
        await primary.AskAsync($"ALTER SYSTEM SET synchronous_standby_names = {standbys}");
        await primary.AskAsync("SELECT pg_reload_conf()");
        await UntilAsync(
            async () => Equals(await primary.AskAsync("SELECT current_setting('synchronous_standby_names')"), standbys.Trim('\'')),
            Recovery, "The setting");
    }
}
