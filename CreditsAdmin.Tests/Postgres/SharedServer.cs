using System.Globalization;
using CreditsAdmin.Data.Postgres;
using Npgsql;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>One server for the tests of a class, which each take an empty database of it.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly ScratchFolder folder = new();
    private EmbeddedPostgres? server;
    private int databases;

    public async ValueTask InitializeAsync() => server = await folder.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>The superuser's connection string for a database that nobody has used yet.</summary>
    internal async Task<string> EmptyDatabaseAsync()
    {
        var name = "d" + Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture);
        await Sql.AskAsync(server!.ConnectionString, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        await folder.DisposeAsync();
    }
}
