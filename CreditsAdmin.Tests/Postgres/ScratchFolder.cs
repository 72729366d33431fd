using System.Globalization;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>A folder for one test's cluster, in memory when there is room; a server left in it is stopped.</summary>
internal sealed class ScratchFolder : IAsyncDisposable
{
    private const long Room = 500L << 20;

    internal ScratchFolder()
    {
        var memory = new DriveInfo("/dev/shm");
        var parent = memory.IsReady && memory.AvailableFreeSpace > Room ? "/dev/shm" : System.IO.Path.GetTempPath();
        Path = System.IO.Path.Combine(parent, "creditsadmin-" + System.IO.Path.GetRandomFileName());
        Directory.CreateDirectory(Path);
    }

    internal string Path { get; }
    internal string Cluster => System.IO.Path.Combine(Path, "postgres");
    internal EmbeddedOptions Options => new() { DataPath = Path, Durable = false, MaxConnections = 30 };
    internal List<string> Said { get; } = [];

    /// <summary>The server's process id; 0 while there is none.</summary>
    internal int Pid
    {
        get
        {
            var file = System.IO.Path.Combine(Cluster, "postmaster.pid");
            try
            {
                return int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture);
            }
            catch (FileNotFoundException)
            {
                return 0;
            }
        }
    }

    internal Task<EmbeddedPostgres> StartAsync(CancellationToken ct) => EmbeddedPostgres.StartAsync(Options, Say, ct);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(System.IO.Path.Combine(Cluster, "postmaster.pid")))
        {
            await using var last = await StartAsync(CancellationToken.None);
        }
        Directory.Delete(Path, recursive: true);
    }

    internal void Say(string line)
    {
        lock (Said) Said.Add(line);
    }
}
