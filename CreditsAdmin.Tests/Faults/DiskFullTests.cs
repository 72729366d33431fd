using CreditsAdmin.Data.Postgres;
using Npgsql;

namespace CreditsAdmin.Tests.Faults;

/// <summary>The disk with the tables is full. The write-ahead log has a disk of its own: without it PostgreSQL stops.</summary>
public class DiskFullTests(FaultCluster cluster) : FaultTest(cluster)
{
    private readonly string disk = Path.Combine(Path.GetTempPath(), "creditsadmin-full-" + Path.GetRandomFileName());

    [Fact]
    public async Task Charges_are_turned_away_reads_go_on_and_all_is_well_when_there_is_room_again()
    {
        var name = await Cluster.NewDatabaseAsync();
        Directory.CreateDirectory(disk);
        var (exit, said) = await ProgramRun.RunAsync(["mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", disk], CancellationToken.None);
        if (exit != 0) Directory.Delete(disk);
        Assert.SkipWhen(exit != 0, $"A small disk cannot be mounted here: {said}");
        try
        {
            await FillAsync(name);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ProgramRun.RunAsync(["umount", disk], CancellationToken.None);
            Directory.Delete(disk);
        }
    }

    private async Task FillAsync(string name)
    {
        await using var server = await Cluster.Server.CopyAsync(path: Path.Combine(disk, "data"));
        await using var bench = await FaultBench.OpenAsync(Cluster, server, name);
        using var load = bench.Load(Seed);
        using var reader = bench.Reader();
        var ballast = Path.Combine(disk, "ballast");

        load.Start(8);
        await load.MoreAsync(50, TimeSpan.FromSeconds(20));
        Fill(ballast);
        var reads = 0;
        await UntilAsync(async () =>
        {
            using var read = await reader.GetAsync($"/v1/balances/{bench.Users[reads++ % bench.Users.Count]}");
            Assert.Equal(200, (int)read.StatusCode);
            return load.TurnedAway >= 100;
        }, TimeSpan.FromSeconds(30), "Charges that are turned away");
        await Infrastructure.Laws.AssertAsync(bench.Database);
        File.Delete(ballast);
        var recovered = await load.MoreAsync(50, TimeSpan.FromSeconds(10));

        await FinishAsync(bench, load, 1, $"{reads} reads meanwhile; charging again after {recovered.TotalMilliseconds:0} ms");
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
