using CreditsAdmin.Data.Postgres;
using Npgsql;

namespace CreditsAdmin.Bench.Servers;

/// <summary>The PostgreSQL that serves both contestants: on disk, crash-safe, and alike for all.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly string folder;
    private EmbeddedPostgres postgres;

    private BenchServer(string folder, EmbeddedPostgres postgres) => (this.folder, this.postgres) = (folder, postgres);

    /// <summary>The folder with psql, pgbench and the like.</summary>
    public string Programs { get; private set; } = "";

    public int Pid { get; private set; }

    public string Version { get; private set; } = "";

    /// <summary>What differs from PostgreSQL's own settings.</summary>
    public IReadOnlyList<string> Settings { get; private set; } = [];

    public static async Task<BenchServer> StartAsync(string parent, CancellationToken cancel)
    {
        var folder = Path.Combine(parent, "creditsadmin-bench-" + Path.GetRandomFileName());
        var server = new BenchServer(folder, await StartPostgresAsync(folder, cancel));
        try
        {
            server.Settings = Wanted().ToList();
            foreach (var setting in server.Settings) await server.ExecuteAsync("postgres", "ALTER SYSTEM SET " + setting, cancel);
            await server.postgres.DisposeAsync();
            NpgsqlConnection.ClearAllPools();
            server.postgres = await StartPostgresAsync(folder, cancel);
            server.Programs = await server.AskAsync<string>("SELECT setting FROM pg_config WHERE name = 'BINDIR'", cancel);
            server.Version = await server.AskAsync<string>("SHOW server_version", cancel);
            server.Pid = await server.AskAsync<int>(
                "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int", cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The superuser's connection string for a database.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
    {
        Database = database,
        CommandTimeout = 0,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>Runs statements as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>One value that concerns the whole server.</summary>
    public Task<T> AskAsync<T>(string sql, CancellationToken cancel) => AskAsync<T>("postgres", sql, cancel);

    /// <summary>One value of a database.</summary>
    public async Task<T> AskAsync<T>(string database, string sql, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancel))!;
    }

    public async ValueTask DisposeAsync()
    {
        await postgres.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static Task<EmbeddedPostgres> StartPostgresAsync(string folder, CancellationToken cancel) =>
        EmbeddedPostgres.StartAsync(
            new EmbeddedOptions { DataPath = folder, MaxConnections = 300 }, Console.Error.WriteLine, cancel);

    // No checkpoint and no vacuum may come by in one measurement and not in the next. Without a checkpoint since the
    // loading no page is logged as a whole: after one, whoever comes first would pay for it.
    private static IEnumerable<string> Wanted()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        yield return $"shared_buffers = '{Math.Min(4096, memory / 4)}MB'";
        yield return "max_wal_size = '64GB'";
        yield return "checkpoint_timeout = '1d'";
        yield return "wal_compression = 'lz4'";
        yield return "autovacuum = off";
        yield return "maintenance_work_mem = '1GB'";
    }
}
