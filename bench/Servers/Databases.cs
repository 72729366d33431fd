using System.Globalization;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Bench.Servers;

/// <summary>A loaded database of one contestant.</summary>
/// <param name="Name">Its name on the server.</param>
/// <param name="IsSeed">The users' present system; else the app's.</param>
/// <param name="Charges">Charges that it was loaded with.</param>
internal sealed record LoadedDatabase(string Name, bool IsSeed, long Charges);

/// <summary>Makes the databases of both contestants and loads the same past into them.</summary>
internal sealed class Databases(BenchServer server, int users)
{
    private const string CountOfSeed = "SELECT count(*) FROM generation_jobs";
    private const string CountOfOurs = "SELECT count(*) FROM credits.ledger_entries WHERE kind = 'charge'";

    /// <summary>The users' present system.</summary>
    public async Task<LoadedDatabase> MakeSeedAsync(string name, long rows, CancellationToken cancel)
    {
        await server.ExecuteAsync("postgres", $"CREATE DATABASE {name}", cancel);
        await server.ExecuteAsync(name, Text("seed.sql"), cancel);
        await LoadAsync(name, rows, "load_seed.sql", cancel);
        return new(name, true, await CountAsync(name, isSeed: true, cancel));
    }

    /// <summary>The app's, by the migrations that it carries.</summary>
    public async Task<LoadedDatabase> MakeOursAsync(string name, long rows, CancellationToken cancel)
    {
        if (await server.AskAsync<long>($"SELECT count(*) FROM pg_database WHERE datname = '{name}'", cancel) == 0)
            await server.ExecuteAsync("postgres", $"CREATE DATABASE {name}", cancel);
        await new Migrator(server.ConnectionString(name)).ApplyAsync(_ => { }, cancel);
        await DatabaseLogins.EnsurePasswordsAsync(server.ConnectionString(name), cancel);
        await LoadAsync(name, rows, "load_credits.sql", cancel);
        return new(name, false, await CountAsync(name, isSeed: false, cancel));
    }

    /// <summary>How many charges a database holds.</summary>
    public Task<long> CountAsync(string name, bool isSeed, CancellationToken cancel) =>
        server.AskAsync<long>(name, isSeed ? CountOfSeed : CountOfOurs, cancel);

    internal static string Text(string file)
    {
        using var reader = new StreamReader(typeof(Databases).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd();
    }

    // The indexes that belong to no constraint are built when the rows are there, for both contestants alike.
    private async Task LoadAsync(string name, long rows, string file, CancellationToken cancel)
    {
        var step = Math.Max(1, (long)TimeSpan.FromDays(90).TotalMilliseconds / rows);
        var from = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (step * (rows + 1));
        var size = string.Create(CultureInfo.InvariantCulture,
            $"SET bench.users = {users}; SET bench.rows = {rows}; SET bench.from_ms = {from}; SET bench.step_ms = {step};");
        var indexes = rows > BenchOptions.SmallRows ? Text("indexes_later.sql").Split("-- Load here.") : ["", ""];
        await server.ExecuteAsync(
            name, Text("history.sql") + size + indexes[0] + Text(file) + indexes[1], cancel);
        await server.ExecuteAsync(name, "VACUUM ANALYZE", cancel);
    }
}
