using CreditsAdmin.Bench.Loads;
using CreditsAdmin.Bench.Servers;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Bench;

/// <summary>Everything that is measured in a round, in order.</summary>
internal sealed class Course(
    BenchServer server, Contestants contestants, BenchOptions options, bool takesBatches)
{
    private const int JobsInABody = 100;

    /// <summary>Ratios that the goals speak of, beside those to the present system: one measurement over another.</summary>
    public static readonly (string Over, string Under)[] Ratios =
    [
        (Api("one by one", 64, "many"), Single("many")),
        (Api("gathered", 256, "many"), Single("many")),
        (Api("gathered", 64, "many"), Api("one by one", 64, "many")),
        (Api("gathered", 256, "many"), Api("one by one", 64, "many")),
        (Api("gathered", 256, "hot"), Api("one by one", 64, "hot")),
        (Batch(256, 1, "many"), Single("many")),
        (Single("many"), Small(Single("many"))),
        (Batch(256, 1, "many"), Small(Batch(256, 1, "many"))),
        (Seed("many"), Small(Seed("many"))),
    ];

    public IReadOnlyList<Measured> All() =>
    [
        .. Sql(options.Users, "many").Concat(Http(options.Users, "many")).Concat(Sql(1, "hot")).Concat(Http(1, "hot"))
            .Where(one => options.Only is null || one.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase)),
    ];

    private static string Seed(string who) => $"present system, pgbench c=32, {who}";

    private static string Single(string who) => $"charge_credits, pgbench c=32, {who}";

    private static string Batch(int size, int connections, string who) =>
        $"charge_credits_batch of {size}, c={connections}, {who}";

    private static string Small(string name) => $"{name}, 1e5 rows";

    private static string Api(string how, int connections, string who) => $"API, {how}, c={connections}, {who}";

    private IEnumerable<Measured> Sql(int users, string who)
    {
        yield return Sql(Seed(who), who, 0, Scripts.Seed(users), 32, 1);
        yield return Sql(Single(who), who, 1, Scripts.Single(users), 32, 1);
        foreach (var size in options.Quick ? new[] { 256 } : [64, 256, 1024])
        {
            yield return Sql(Batch(size, 1, who), who, 1, Scripts.Batch(users, size), 1, size);
            yield return Sql(Batch(size, 2, who), who, 1, Scripts.Batch(users, size), 2, size);
        }

        if (users == 1 || !options.Large) yield break;
        yield return Sql(Small(Seed(who)), who, 2, Scripts.Seed(users), 32, 1);
        yield return Sql(Small(Single(who)), who, 3, Scripts.Single(users), 32, 1);
        yield return Sql(Small(Batch(256, 1, who)), who, 3, Scripts.Batch(users, 256), 1, 256);
    }

    private IEnumerable<Measured> Http(int users, string who)
    {
        var (app, key) = (contestants.Gathering, contestants.ApiKey);
        yield return Http(
            Api("one by one", 64, who), who, contestants.OneByOne, 64, users,
            () => HttpRequestBytes.Single(contestants.OneByOne, key));
        yield return Http(Api("gathered", 64, who), who, app, 64, users, () => HttpRequestBytes.Single(app, key));
        yield return Http(Api("gathered", 256, who), who, app, 256, users, () => HttpRequestBytes.Single(app, key));
        if (!takesBatches) yield break;
        yield return Http(
            Api($"{JobsInABody} in a body", 4, who), who, app, 4, users, () => HttpRequestBytes.Batch(app, key, JobsInABody));
    }

    private Measured Sql(string name, string who, int database, string script, int clients, int charges)
    {
        var loaded = contestants.Databases[database];
        var owner = server.ConnectionString(loaded.Name);
        var login = loaded.IsSeed ? owner : DatabaseLogins.From(owner).App;
        return new(name, Seed(who), loaded, length => new PgBench(server).RunAsync(
            login, script, clients, charges,
            // A number, not a time, where only the outcome counts: a busy machine may get nothing done in a second.
            options.Quick ? ["-t", "5"] : ["-T", $"{(int)length.TotalSeconds}"], CancellationToken.None));
    }

    private Measured Http(
        string name, string who, WebApp app, int connections, int users, Func<HttpRequestBytes> request) =>
        new(name, Seed(who), contestants.Databases[1],
            length => HttpLoad.RunAsync(app, request, connections, users, length));
}
