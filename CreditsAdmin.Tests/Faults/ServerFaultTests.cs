using System.Diagnostics;

namespace CreditsAdmin.Tests.Faults;

/// <summary>Parts of PostgreSQL that end in the middle of a charge, and all of it.</summary>
public class ServerFaultTests(FaultCluster cluster) : FaultTest(cluster)
{
    // Of one charge more than there are clients, the last was begun after the fault.
    private const int Clients = 16;
    private const int Afresh = Clients + 1;
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Sessions_that_are_ended_or_killed_lose_nothing()
    {
        await using var bench = await OpenAsync();
        using var load = bench.Load(Seed);
        var (ended, killed, slowest) = (0, 0, TimeSpan.Zero);

        load.Start(Clients);
        await load.MoreAsync(50, Patience);
        for (; ended < Count(41); ended++)
        {
            var pid = await ChargingAsync();
            await Cluster.Server.AskAsync($"SELECT pg_terminate_backend({pid})");
            slowest = Longer(slowest, await load.MoreAsync(Afresh, Recovery));
        }

        // One killed session makes the server end all the others and recover.
        for (; killed < Count(10); killed++)
        {
            using (var backend = Process.GetProcessById(await ChargingAsync())) backend.Kill();
            slowest = Longer(slowest, await load.MoreAsync(Afresh, Recovery));
            await load.MoreAsync(50, Patience);
        }

        await FinishAsync(bench, load, ended + killed, $"{killed} by kill -9; slowest recovery {slowest.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task A_server_that_is_stopped_at_once_and_started_again_loses_nothing()
    {
        await using var bench = await OpenAsync();
        using var load = bench.Load(Seed);
        var (stops, slowest) = (0, TimeSpan.Zero);

        load.Start(Clients);
        await load.MoreAsync(50, Patience);
        for (; stops < Count(20); stops++)
        {
            await Cluster.Server.StopAtOnceAsync();
            await Cluster.Server.StartAsync();
            slowest = Longer(slowest, await load.MoreAsync(Afresh, Recovery));
            await load.MoreAsync(50, Patience);
        }

        await FinishAsync(bench, load, stops, $"slowest recovery {slowest.TotalSeconds:0.0} s after the start");
    }

    // A session of the app that is at work at this moment.
    private async Task<int> ChargingAsync()
    {
        object? pid = null;
        await UntilAsync(
            async () => (pid = await Cluster.Server.AskAsync("""
                SELECT pid FROM pg_stat_activity WHERE usename = 'credits_app' AND state = 'active' AND query LIKE '%charge%'
                ORDER BY random() LIMIT 1
                """)) is int,
            Recovery, "A session that charges");
        return (int)pid!;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
