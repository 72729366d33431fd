using System.Diagnostics;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Postgres;

namespace CreditsAdmin.Tests.Faults;

/// <summary>A durable PostgreSQL on the disk that nobody heals: a test may stop, kill, copy and promote it.</summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private static readonly EmbeddedOptions Options = new() { Durable = true, MaxConnections = 150 };

    private readonly DataFolder folder;
    private readonly PostgresPrograms programs;
    private readonly string password;
    private readonly Server server;

    private FaultServer(DataFolder folder, PostgresPrograms programs, string password, int port)
    {
        (this.folder, this.programs, this.password, Port) = (folder, programs, password, port);
        server = new Server(folder, programs, Options, password);
    }

    public int Port { get; }

    private string? LogPath { get; init; }

    private int Pid => PostmasterFile.Read(folder)?.Pid ?? 0;

    /// <summary>Makes an empty cluster and starts it.</summary>
    public static async Task<FaultServer> CreateAsync()
    {
        var folder = await DataFolder.OpenAsync(NewPath(), _ => { }, default);
        var programs = await PostgresPrograms.FindAsync(Options, folder, null, _ => { }, default);
        var password = await Cluster.PasswordAsync(folder, programs, durable: true, default);
        var made = new FaultServer(folder, programs, password, ServerPort.Free());
        await made.StartAsync();
        return made;
    }

    /// <summary>A started copy of this running server; as a standby it goes on following it.</summary>
    /// <param name="standby">Whether it stays a standby.</param>
    /// <param name="port">Where it listens; null for any free port.</param>
    /// <param name="feed">Where it reaches this server, when not directly.</param>
    /// <param name="path">Where its data is, but for its write-ahead log; null for the usual place, with it.</param>
    public async Task<FaultServer> CopyAsync(bool standby = false, int? port = null, int? feed = null, string? path = null)
    {
        var copy = await DataFolder.OpenAsync(path ?? NewPath(), _ => { }, default);
        await copy.WritePrivateAsync(copy.Password, password, default);
        var data = await EmptyAsync(copy, copy.Cluster);
        var log = path is null ? null : await EmptyAsync(copy, NewPath());
        string[] follow = standby ? ["--write-recovery-conf"] : [];
        var (exit, said) = await ProgramRun.RunAsync(copy.User.Command([Path.Combine(programs.Folder, "pg_basebackup"),
            "-D", data, "-d", $"postgresql://postgres:{password}@127.0.0.1:{feed ?? Port}/postgres", "--checkpoint=fast",
            "--no-sync", .. log is null ? [] : new[] { "--waldir=" + log }, .. follow]), default);
        Assert.True(exit == 0, said);
        var made = new FaultServer(copy, programs, password, port ?? ServerPort.Free()) { LogPath = log };
        await made.StartAsync();
        return made;
    }

    /// <summary>The superuser's connection string for a database.</summary>
    public string For(string database) => server.ConnectionString(database);

    /// <summary>One statement as the superuser, again and again for ten seconds while the server does not answer.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        for (var patience = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                return await Sql.AskAsync(For("postgres"), sql);
            }
            catch (Npgsql.NpgsqlException) when (patience.Elapsed < TimeSpan.FromSeconds(10))
            {
                // It is going down or coming up.
            }
        }
    }

    /// <summary>Starts it after it was stopped or killed, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await server.AdoptAsync(default) || await server.StartAsync(Port, default)) return;
            await Task.Delay(100);
        }

        Assert.Fail(ServerLog.LastWords(folder));
    }

    /// <summary>Stops it without a checkpoint: all sessions end where they are.</summary>
    public async Task StopAtOnceAsync()
    {
        var (exit, said) = await ProgramRun.RunAsync(folder.User.Command(
            programs.Control, "stop", "-D", folder.Cluster, "-m", "immediate", "-w"), default);
        Assert.True(exit == 0, said);
    }

    /// <summary>As <c>kill -9</c> does to the server itself; its sessions end when they notice.</summary>
    public void Kill()
    {
        using var postmaster = Process.GetProcessById(Pid);
        postmaster.Kill();
    }

    /// <summary>Makes a primary of a standby.</summary>
    public async Task PromoteAsync() => Assert.Equal(true, await AskAsync("SELECT pg_promote(wait => true, wait_seconds => 30)"));

    public async ValueTask DisposeAsync()
    {
        if (Pid > 0 && await server.AdoptAsync(default)) await StopAtOnceAsync();
        Directory.Delete(folder.Root, recursive: true);
        if (LogPath is not null) Directory.Delete(LogPath, recursive: true);
    }

    // Never in memory: what must survive has to be on a disk.
    private static string NewPath() => Path.Combine(Path.GetTempPath(), "creditsadmin-faults-" + Path.GetRandomFileName());

    private static async Task<string> EmptyAsync(DataFolder folder, string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)0b111_000_000);
        await folder.User.OwnAsync(path, default);
        return path;
    }
}
