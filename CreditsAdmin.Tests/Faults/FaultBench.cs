using System.Net.Http.Headers;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Faults;

/// <summary>What was acknowledged, compared with what is in the database.</summary>
/// <param name="Lost">Charges that were acknowledged and are not there, once and with their ledger entry.</param>
/// <param name="Double">Charges beyond the first for one wish.</param>
internal sealed record Comparison(int Lost, int Double);

/// <summary>The app in a process of its own over a durable database, and clients that charge.</summary>
internal sealed class FaultBench : IAsyncDisposable
{
    private readonly FaultCluster cluster;
    private readonly string appConnection;
    private readonly int port;

    private FaultBench(FaultCluster cluster, TestDatabase database, string appConnection, int port, AppProcess app)
    {
        (this.cluster, Database, this.appConnection, this.port, App) = (cluster, database, appConnection, port, app);
    }

    public TestDatabase Database { get; private set; }

    public AppProcess App { get; private set; }

    public string Url => $"http://127.0.0.1:{port}";

    public IReadOnlyList<Guid> Users => cluster.Users;

    /// <param name="cluster">Whose users and key there are.</param>
    /// <param name="server">Where the database is: the cluster's, or a copy of it.</param>
    /// <param name="name">Which one.</param>
    /// <param name="changed">What is different in the connection string that the app gets.</param>
    public static async Task<FaultBench> OpenAsync(
        FaultCluster cluster, FaultServer server, string name, Action<NpgsqlConnectionStringBuilder>? changed = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(server.For(name));
        changed?.Invoke(connection);
        var port = ServerPort.Free();
        var app = await AppProcess.ServeOverAsync(connection.ConnectionString, port);
        return new(cluster, new TestDatabase(server.For(name)), connection.ConnectionString, port, app);
    }

    /// <summary>Clients for this app, or for a relay in front of it.</summary>
    public ChargeLoad Load(int seed, int? through = null, bool freshKeys = false) =>
        new(through is null ? Url : $"http://127.0.0.1:{through}", cluster.Key, Users, seed) { FreshKeys = freshKeys };

    /// <summary>A client that may read.</summary>
    public HttpClient Reader()
    {
        var reader = new HttpClient { BaseAddress = new Uri(Url) };
        reader.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Key);
        return reader;
    }

    /// <summary>Starts the app again after it ended.</summary>
    public async Task RestartAppAsync()
    {
        await App.DisposeAsync();
        App = await AppProcess.ServeOverAsync(appConnection, port);
    }

    /// <summary>Looks at another server from now on, the one that took over.</summary>
    public Task MoveAsync(FaultServer server) =>
        LookAsync(server.For(new NpgsqlConnectionStringBuilder(Database.OwnerConnectionString).Database!));

    // A new one: the connections of the one before may have ended with their server.
    private async Task LookAsync(string ownerConnectionString)
    {
        await Database.DisposeAsync();
        Database = new TestDatabase(ownerConnectionString);
    }

    /// <summary>Holds every answer against the database, and the laws. Reads what everybody may see of a job.</summary>
    public async Task<Comparison> CompareAsync(ChargeLoad load)
    {
        await LookAsync(Database.OwnerConnectionString);
        var (jobs, wishes) = (new Dictionary<string, long>(), new Dictionary<long, long>());
        await using var connection = await Database.OpenAsync();
        await using var command = new NpgsqlCommand("""
            SELECT j.id::text, (j.metadata ->> 'wish')::bigint, count(e.id) FROM public.jobs j
            LEFT JOIN public.ledger_entries e ON e.job_id = j.id AND e.kind = 'charge' GROUP BY 1, 2
            """, connection);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            jobs.Add(rows.GetString(0), rows.GetInt64(2));
            wishes[rows.GetInt64(1)] = wishes.GetValueOrDefault(rows.GetInt64(1)) + rows.GetInt64(2);
        }

        await rows.DisposeAsync();
        await Laws.AssertAsync(Database);
        return new(
            load.Acknowledged.Values.Count(job => jobs.GetValueOrDefault(job) != 1),
            (int)wishes.Values.Sum(charges => Math.Max(0, charges - 1)));
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Database.DisposeAsync();
    }
}
