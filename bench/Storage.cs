using CreditsAdmin.Bench.Loads;
using CreditsAdmin.Bench.Servers;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Bench;

/// <summary>What one charge leaves on the disk.</summary>
/// <param name="Bytes">Tables and indexes grew by this much for each charge.</param>
internal sealed record StoredBytes(string Name, double Bytes);

/// <summary>Measures how tables and indexes grow: the same number of charges for all, from one connection, because
/// several that wait for the same file extend it further than they need.</summary>
internal sealed class Storage(BenchServer server, Rounds rounds, BenchOptions options)
{
    private const string Size = """
        SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE c.relkind = 'r' AND s.nspname NOT IN ('pg_catalog', 'information_schema')
        """;

    // Few accounts: that a balance's first change moves it to another page is no cost of every charge.
    private const int Accounts = 1_000;

    public async Task<IReadOnlyList<StoredBytes>> RunAsync(IReadOnlyList<LoadedDatabase> databases, CancellationToken cancel)
    {
        var charges = options.Quick ? 1_000 : 20_000;
        var (seed, ours) = (databases[0], databases[1]);
        var login = DatabaseLogins.From(server.ConnectionString(ours.Name)).App;
        return
        [
            new("present system",
                await GrowthAsync(seed, server.ConnectionString(seed.Name), Scripts.Seed(Accounts), charges, cancel)),
            new("charge_credits", await GrowthAsync(ours, login, Scripts.Single(Accounts), charges, cancel)),
        ];
    }

    private async Task<double> GrowthAsync(
        LoadedDatabase database, string login, string script, int charges, CancellationToken cancel)
    {
        var before = await server.AskAsync<long>(database.Name, Size, cancel);
        var load = await new PgBench(server).RunAsync(login, script, 1, 1, ["-t", $"{charges}"], cancel);
        rounds.Count(database, load);
        return (await server.AskAsync<long>(database.Name, Size, cancel) - before) / (double)charges;
    }
}
