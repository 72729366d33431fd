using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>The server process of one data folder. Under the start lock, but for <see cref="IsAlive"/>.</summary>
internal sealed class Server(DataFolder folder, PostgresPrograms programs, EmbeddedOptions options, string password)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private int pid;
    private string? mark;

    internal int Port { get; private set; }

    internal string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Password = password,
        Database = database,
        Timeout = 5,
        IncludeErrorDetail = false,
    }.ConnectionString;

    /// <summary>Whether the server that was last seen ready still runs; cheap enough to ask often.</summary>
    internal bool IsAlive => mark is not null && LiveServers.Mark(pid) == mark;

    /// <summary>
    /// Finds a running server, whoever started it, and waits until it is ready. False when there is none; what a
    /// crashed one left behind is then gone.
    /// </summary>
    internal async Task<bool> AdoptAsync(CancellationToken ct)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(20, ct))
        {
            var file = PostmasterFile.Read(folder);
            var live = OperatingSystem.IsLinux() ? await LiveServers.InAsync(folder, ct)
                : file is not null && LiveServers.Mark(file.Pid) is not null ? [file.Pid] : [];
            if (live.Count == 0)
            {
                // Elsewhere than on Linux PostgreSQL's own check of the file decides.
                if (OperatingSystem.IsLinux()) File.Delete(PostmasterFile.PathIn(folder));
                return false;
            }
            if (file is { Ready: true } && live.Contains(file.Pid) && await AnswersAsync(file, ct)) return true;
            if (waited.Elapsed > Patience)
                throw new EmbeddedPostgresException(
                    $"Processes {string.Join(", ", live)} hold the database in {folder.Cluster} but do not answer: end "
                    + "them, then start again.");
        }
    }

    /// <summary>Starts the server on a port and waits until it is ready; false when it ended at once.</summary>
    internal async Task<bool> StartAsync(int port, CancellationToken ct)
    {
        using var child = Process.Start(ServerCommand.Info(folder, programs, options, port))!;
        try
        {
            for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(10, ct))
            {
                // On Windows the child is pg_ctl, which leaves the server behind.
                if (child.HasExited && (!OperatingSystem.IsWindows() || child.ExitCode != 0)) return false;
                var file = PostmasterFile.Read(folder);
                if (file is { Ready: true } && (file.Pid == child.Id || OperatingSystem.IsWindows())
                    && await AnswersAsync(file, ct)) return true;
            }
            throw new EmbeddedPostgresException($"The database server does not get ready: read {folder.Log}.");
        }
        catch
        {
            if (!child.HasExited) child.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Ends the server, open sessions included, whoever started it.</summary>
    internal async Task StopAsync(Action<string> say)
    {
        var (exit, output) = await ProgramRun.RunAsync(folder.User.Command(
            programs.Control, "stop", "-D", folder.Cluster, "-m", "fast", "-w", "-t", "60"), CancellationToken.None);
        if (exit != 0 && IsAlive) say($"The database server did not stop: {output}");
    }

    private async Task<bool> AnswersAsync(PostmasterFile file, CancellationToken ct)
    {
        Port = file.Port;
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
            await connection.OpenAsync(ct);
        }
        catch (PostgresException wrong) when (wrong.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new EmbeddedPostgresException(
                $"The database in {folder.Cluster} refuses the password in {folder.Password}: put the right one "
                + "there.");
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // Every connection in use is an answer too.
        }
        catch (NpgsqlException)
        {
            return false;
        }
        (pid, mark) = (file.Pid, LiveServers.Mark(file.Pid));
        if (folder.KeptPort() != Port)
            await folder.WritePrivateAsync(folder.Port, Port.ToString(CultureInfo.InvariantCulture), ct);
        return mark is not null;
    }
}
