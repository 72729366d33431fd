using System.Diagnostics;
using System.Globalization;

namespace CreditsAdmin.Tests.Faults;

/// <summary>Charges while something breaks. <c>CREDITS_FAULTS=all</c> breaks it as often as the bar asks, without it a
/// fifth of that; <c>CREDITS_FAULTS_SEED</c> repeats the chances of a run.</summary>
[Collection(FaultCluster.Name)]
public abstract class FaultTest(FaultCluster cluster)
{
    private readonly Stopwatch running = Stopwatch.StartNew();

    private protected FaultCluster Cluster { get; } = cluster;

    private protected int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CREDITS_FAULTS_SEED"), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next();

    /// <summary>How often to break it in this run.</summary>
    private protected static int Count(int all) =>
        Environment.GetEnvironmentVariable("CREDITS_FAULTS") == "all" ? all : Math.Max(1, all / 5);

    private protected async Task<FaultBench> OpenAsync(Action<Npgsql.NpgsqlConnectionStringBuilder>? changed = null) =>
        await FaultBench.OpenAsync(Cluster, Cluster.Server, await Cluster.NewDatabaseAsync(), changed);

    /// <summary>Stops the load and compares; fails when one charge is lost or double, or a client saw what it must
    /// not.</summary>
    private protected async Task FinishAsync(FaultBench bench, ChargeLoad load, int faults, string more = "")
    {
        await load.StopAsync();
        var found = await bench.CompareAsync(load);
        Tell(load, faults, found, more);
        Assert.Equal((0, 0), (found.Lost, found.Double));
        Assert.Empty(load.Wrong);
    }

    /// <summary>Prints the counts, also of a test that passes.</summary>
    private protected void Tell(ChargeLoad load, int faults, Comparison found, string more = "") => Console.WriteLine(
        $"  {GetType().Name}: seed {Seed}, {load.Acknowledged.Count} acknowledged, {faults} faults, {load.Retries} retries, "
        + $"{load.TurnedAway} told to wait, {load.Unsent} unsent, {load.Cuts} unanswered, {load.Late} done before they were answered, {load.Wrong.Count} wrong, {found.Lost} lost, "
        + $"{found.Double} double, {running.Elapsed.TotalSeconds:0} s. {more}");

    /// <summary>Asks until it is so; fails when it takes too long.</summary>
    private protected static async Task UntilAsync(Func<Task<bool>> isSo, TimeSpan most, string what)
    {
        for (var waited = Stopwatch.StartNew(); !await isSo(); await Task.Delay(10))
        {
            Assert.True(waited.Elapsed < most, $"{what}: not within {most}.");
        }
    }
}
