using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench;

/// <summary>Whether every charge that was answered is there, once, and every balance is the sum of its ledger.</summary>
internal sealed class Check(BenchServer server)
{
    private const string SeedBalances = """
        SELECT count(*) FROM users u LEFT JOIN (SELECT user_id, sum(delta) AS total FROM credit_ledger GROUP BY user_id) l
            ON l.user_id = u.id
        WHERE u.credits <> coalesce(l.total, 0)
        """;

    private const string Balances = """
        SELECT count(*) FROM credits.accounts a
        LEFT JOIN (SELECT user_id, sum(delta) AS total, sum(free_delta) AS free, count(*) AS entries, max(seq) AS last
            FROM credits.ledger_entries GROUP BY user_id) e ON e.user_id = a.user_id
        WHERE a.free + a.paid <> coalesce(e.total, 0) OR a.free <> coalesce(e.free, 0)
            OR a.version <> coalesce(e.entries, 0) OR a.version <> coalesce(e.last, 0)
        """;

    private const string Chains = """
        SELECT count(*) FROM (SELECT balance_after, delta, lag(balance_after, 1, 0) OVER chain AS before
            FROM credits.ledger_entries WINDOW chain AS (PARTITION BY user_id ORDER BY seq)) e
        WHERE balance_after <> before + delta
        """;

    private const string Jobs = """
        SELECT count(*) FROM credits.jobs j LEFT JOIN (SELECT job_id, sum(delta) AS net FROM credits.ledger_entries
            WHERE job_id IS NOT NULL GROUP BY job_id) e ON e.job_id = j.id
        WHERE coalesce(e.net, 0) <> coalesce(j.refunded, 0) - j.cost
        """;

    /// <summary>What is wrong, in sentences.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(
        IReadOnlyList<LoadedDatabase> databases, IReadOnlyDictionary<string, long> charged, CancellationToken cancel)
    {
        var faults = new List<string>();
        foreach (var database in databases)
        {
            var now = await new Databases(server, 0).CountAsync(database.Name, database.IsSeed, cancel);
            var expected = database.Charges + charged.GetValueOrDefault(database.Name);
            if (now != expected)
                faults.Add($"{database.Name} holds {now:N0} charges, but {expected:N0} were loaded or answered as done.");
            await LookAsync(database, database.IsSeed ? SeedBalances : Balances, "balances are not the sum of their ledger");
            if (database.IsSeed) continue;
            await LookAsync(database, Chains, "entries do not follow from the one before");
            await LookAsync(database, Jobs, "jobs do not have their charge and refund");
        }

        return faults;

        async Task LookAsync(LoadedDatabase database, string broken, string what)
        {
            if (await server.AskAsync<long>(database.Name, broken, cancel) is > 0 and var places)
                faults.Add($"{database.Name}: {places:N0} {what}.");
        }
    }
}
