using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>One PostgreSQL for the whole run, in memory when there is room, migrated once; every class gets a copy.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private const string Template = "template_of_tests";
    private const long Room = 500L << 20;

    private readonly SemaphoreSlim one = new(1, 1);
    private readonly string folder = Path.Combine(Parent(), "creditsadmin-tests-" + Path.GetRandomFileName());
    private EmbeddedPostgres? server;
    private int copies;

    /// <summary>Starts the server when the first test asks for a database: tests without one do not wait for it.</summary>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A fresh, migrated database with nobody in it.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        await one.WaitAsync();
        try
        {
            server ??= await StartAsync();
            var name = $"test_{++copies}";
            await ExecuteAsync(server.ConnectionString, $"CREATE DATABASE {name} TEMPLATE {Template}");
            return new TestDatabase(For(server.ConnectionString, name));
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>A database with nothing in it: not migrated.</summary>
    public async Task<string> CreateEmptyDatabaseAsync()
    {
        await using var migrated = await CreateDatabaseAsync();
        var name = $"empty_{Interlocked.Increment(ref copies)}";
        await ExecuteAsync(server!.ConnectionString, $"CREATE DATABASE {name}");
        return For(server.ConnectionString, name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (server is not null) await server.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        one.Dispose();
    }

    private async Task<EmbeddedPostgres> StartAsync()
    {
        var started = await EmbeddedPostgres.StartAsync(
            new EmbeddedOptions { DataPath = folder, Durable = false, MaxConnections = 300 }, _ => { }, CancellationToken.None);
        await ExecuteAsync(started.ConnectionString, $"CREATE DATABASE {Template}");
        // Without a pool: a template with an open session cannot be copied.
        var template = For(started.ConnectionString, Template) + ";Pooling=false";
        await new Migrator(template).ApplyAsync(_ => { }, CancellationToken.None);
        await DatabaseLogins.EnsurePasswordsAsync(template, CancellationToken.None);
        NpgsqlConnection.ClearAllPools();
        return started;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string For(string connectionString, string database) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;

    private static string Parent()
    {
        var memory = new DriveInfo("/dev/shm");
        return OperatingSystem.IsLinux() && memory.IsReady && memory.AvailableFreeSpace > Room ? "/dev/shm" : Path.GetTempPath();
    }
}
