namespace CreditsAdmin.Tests.Faults;

/// <summary>Connections that end while a charge is on its way.</summary>
public class ConnectionCutTests(FaultCluster cluster) : FaultTest(cluster)
{
    [Fact]
    public async Task Between_app_and_database_a_cut_loses_nothing_and_charges_nothing_twice()
    {
        await using var proxy = new CutProxy(Cluster.Server.Port, CutProxy.Charge, Seed);
        await using var bench = await OpenAsync(app => app.Port = proxy.Port);
        using var load = bench.Load(Seed);

        load.Start(16);
        await load.MoreAsync(50, TimeSpan.FromSeconds(20));
        proxy.Share = 0.08;
        await CutAsync(proxy, Count(500));
        var healed = await load.MoreAsync(50, TimeSpan.FromSeconds(10));

        await FinishAsync(bench, load, proxy.Cuts,
            $"{proxy.Before} before, {proxy.Between} between, {proxy.After} after; healed in {healed.TotalMilliseconds:0} ms");
        // Trying again is the app's business before it is the client's.
        Assert.InRange(load.TurnedAway, 0, proxy.Cuts / 4);
        Assert.True(Math.Min(proxy.Before, Math.Min(proxy.Between, proxy.After)) > proxy.Cuts / 6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Between_client_and_app_the_same_key_charges_once_and_a_fresh_one_twice(bool freshKeys)
    {
        await using var bench = await OpenAsync();
        await using var proxy = new CutProxy(new Uri(bench.Url).Port, CutProxy.Post, Seed) { Share = 0.08 };
        using var load = bench.Load(Seed, through: proxy.Port, freshKeys);

        load.Start(16);
        await CutAsync(proxy, Count(500));
        if (!freshKeys)
        {
            await FinishAsync(bench, load, proxy.Cuts, $"{proxy.After} answers swallowed");
            return;
        }

        await load.StopAsync();
        var found = await bench.CompareAsync(load);
        Tell(load, proxy.Cuts, found, "Control: doubles must show.");
        Assert.Equal(0, found.Lost);
        Assert.True(found.Double >= proxy.After / 2, "Charged twice, and this test did not see it.");
    }

    private static async Task CutAsync(CutProxy proxy, int cuts)
    {
        await UntilAsync(() => Task.FromResult(proxy.Cuts >= cuts), TimeSpan.FromMinutes(4), $"{cuts} cuts");
        proxy.Share = 0;
    }
}
