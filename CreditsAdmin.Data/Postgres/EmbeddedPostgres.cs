using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>
/// A PostgreSQL server of our own in a data folder, shared by every process that opens the same folder: the first one
/// starts it, the last one to leave stops it, and whoever notices that it died starts it again.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "credits";

    private readonly DataFolder folder;
    private readonly Server server;
    private readonly FileStream user;
    private readonly Action<string> say;
    private readonly CancellationTokenSource leaving = new();
    private Task watching = Task.CompletedTask;

    private EmbeddedPostgres(DataFolder folder, Server server, FileStream user, Action<string> say)
    {
        (this.folder, this.server, this.user, this.say) = (folder, server, user, say);
    }

    /// <summary>The superuser <c>postgres</c> on database <c>credits</c>, over loopback; holds a password.</summary>
    public string ConnectionString => server.ConnectionString(Database);

    /// <summary>
    /// Makes the cluster and its database when missing, starts the server or joins the one that runs, and returns when
    /// it answers. Refuses with an <see cref="EmbeddedPostgresException"/> that says what to do.
    /// </summary>
    /// <param name="options">Where the data is and how the server is run.</param>
    /// <param name="say">Told, from any thread, in single lines what an operator should know.</param>
    /// <param name="ct">Ends the attempt; nothing of it keeps running.</param>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedOptions options, Action<string> say, CancellationToken ct)
    {
        try
        {
            var folder = await DataFolder.OpenAsync(options.DataPath, say, ct);
            await using var start = await FileLock.ExclusiveAsync(folder.StartLock, ct);
            var programs = await PostgresPrograms.FindAsync(options, folder, Cluster.Major(folder), say, ct);
            var password = await Cluster.PasswordAsync(folder, programs, options.Durable, ct);
            var server = new Server(folder, programs, options, password);
            var user = await ProcessSpace.JoinAsync(folder, ct);
            var embedded = new EmbeddedPostgres(folder, server, user, say);
            try
            {
                if (!await server.AdoptAsync(ct)) await embedded.StartServerAsync(ct);
                await embedded.MakeDatabaseAsync(ct);
            }
            catch
            {
                await embedded.LeaveAsync();
                throw;
            }
            embedded.watching = new ServerWatch(folder, server, say).RunAsync(embedded.leaving.Token);
            return embedded;
        }
        catch (UnauthorizedAccessException closed)
        {
            var path = Path.GetFullPath(options.DataPath);
            throw new EmbeddedPostgresException(
                $"The database in {path} belongs to another user (a start as root gives it to postgres): start as that "
                + $"user or root again, or stop it and run `sudo chown -R $(id -u):$(id -g) {path}`.", closed);
        }
    }

    /// <summary>Leaves the server; stops it when nobody else uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (leaving.IsCancellationRequested) return;
        await leaving.CancelAsync();
        await watching;
        await using var start = await FileLock.ExclusiveAsync(folder.StartLock, CancellationToken.None);
        await LeaveAsync();
        leaving.Dispose();
    }

    // Under the start lock nobody joins, so the exclusive lock proves that we were the last.
    private async Task LeaveAsync()
    {
        await user.DisposeAsync();
        // A program being started at this moment by another thread holds our files for an instant.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await using var alone = FileLock.TryExclusive(folder.UsersLock);
            if (alone is not null)
            {
                await server.StopAsync(say);
                return;
            }
            await Task.Delay(10);
        }
    }

    private async Task StartServerAsync(CancellationToken ct)
    {
        var kept = folder.KeptPort();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var port = kept is { } usual && ServerPort.IsFree(usual) ? usual : ServerPort.Free();
            // It may have ended because of a server that another process left half started: that one is adopted.
            if (await server.StartAsync(port, ct) || await server.AdoptAsync(ct)) return;
        }
        throw new EmbeddedPostgresException($"The database server does not start: {ServerLog.LastWords(folder)}");
    }

    private async Task MakeDatabaseAsync(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM pg_database WHERE datname = '{Database}'";
        if ((long)(await command.ExecuteScalarAsync(ct))! > 0) return;
        command.CommandText = $"CREATE DATABASE {Database}";
        await command.ExecuteNonQueryAsync(ct);
    }
}
