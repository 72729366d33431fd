using CreditsAdmin.Bench.Loads;
using CreditsAdmin.Bench.Servers;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Bench;

/// <summary>Who is measured: the present system's function, the app's functions and the app itself.</summary>
internal sealed class Contestants : IAsyncDisposable
{
    private readonly BenchServer server;
    private readonly IReadOnlyList<LoadedDatabase> databases;
    private readonly BenchOptions options;
    private readonly string apiKey;

    private Contestants(
        BenchServer server, IReadOnlyList<LoadedDatabase> databases, BenchOptions options, string apiKey,
        IReadOnlyList<WebApp> apps)
    {
        (this.server, this.databases, this.options, this.apiKey, Apps) = (server, databases, options, apiKey, apps);
    }

    /// <summary>The app as it charges one by one, then as it gathers charges.</summary>
    public IReadOnlyList<WebApp> Apps { get; }

    public static async Task<Contestants> StartAsync(
        BenchServer server, IReadOnlyList<LoadedDatabase> databases, BenchOptions options, CancellationToken cancel)
    {
        var owner = server.ConnectionString(databases[1].Name);
        await using var credits = new CreditsDatabase(DatabaseLogins.From(owner));
        var key = await new ApiKeyCommands(credits).CreateAsync("bench", ["jobs:write"], Caller.CommandLine, cancel);
        var apps = new List<WebApp>();
        foreach (var gather in new[] { "false", "true" })
            apps.Add(await WebApp.StartAsync(owner, new Dictionary<string, string> { ["Jobs__Gather"] = gather }, cancel));
        return new(server, databases, options, key.Value!.Key, apps);
    }

    /// <summary>Everything that is measured in a round, in order.</summary>
    public IReadOnlyList<Measured> Measured()
    {
        var all = new List<Measured>();
        foreach (var (users, who) in new[] { (options.Users, "many"), (1, "hot") })
        {
            var seed = $"present system, pgbench c=32, {who}";
            var single = $"charge_credits, pgbench c=32, {who}";
            all.Add(Sql(seed, null, databases[0], Scripts.Seed(users), 32, 1));
            all.Add(Sql(single, seed, databases[1], Scripts.Single(users), 32, 1));
            if (users > 1 && options.Large)
            {
                all.Add(Sql($"present system at 1e5 rows, pgbench c=32, {who}", seed, databases[2], Scripts.Seed(users), 32, 1));
                all.Add(Sql($"charge_credits at 1e5 rows, pgbench c=32, {who}", single, databases[3], Scripts.Single(users), 32, 1));
            }

            all.Add(Http($"API, one by one, c=64, {who}", seed, 0, 64, users, () => HttpRequestBytes.Single(Apps[0], apiKey)));
        }

        return [.. all.Where(one => options.Only is null || one.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in Apps) await app.DisposeAsync();
    }

    private Measured Sql(string name, string? against, LoadedDatabase database, string script, int clients, int charges)
    {
        var owner = server.ConnectionString(database.Name);
        var login = database.IsSeed ? owner : DatabaseLogins.From(owner).App;
        return new(name, against, database, null, length => new PgBench(server).RunAsync(
            login, script, clients, charges, ["-T", $"{Math.Max(1, (int)length.TotalSeconds)}"], CancellationToken.None));
    }

    private Measured Http(string name, string against, int app, int connections, int users, Func<HttpRequestBytes> request) =>
        new(name, against, databases[1], Apps[app], length => HttpLoad.RunAsync(Apps[app], request, connections, users, length));
}
