using System.Diagnostics;
using CreditsAdmin.Bench.Servers;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Bench;

/// <summary>How long a page of a list takes, in milliseconds.</summary>
internal sealed record ListTime(string Name, double P50, double P99);

/// <summary>Asks every list and search of the console, warm, one after the other.</summary>
internal sealed class Lists(BenchServer server, BenchOptions options)
{
    public async Task<IReadOnlyList<ListTime>> RunAsync(LoadedDatabase database, CancellationToken cancel)
    {
        await RollUpAsync(database, cancel);
        await using var credits = new CreditsDatabase(DatabaseLogins.From(server.ConnectionString(database.Name)));
        var times = new List<ListTime>();
        foreach (var (name, read) in await ReadsAsync(database, cancel))
        {
            var sorted = new List<double>();
            for (var turn = options.Quick ? 0 : -20; turn < (options.Quick ? 1 : 300); turn++)
            {
                var start = Stopwatch.GetTimestamp();
                await credits.ReadAsync(read);
                if (turn >= 0) sorted.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            sorted.Sort();
            times.Add(new(name, Rounds.At(sorted, 0.5)!.Value, Rounds.At(sorted, 0.99)!.Value));
        }

        return times;
    }

    // What the app's worker does meanwhile: totals go up to the last seal, and the first call only marks how far to seal.
    private async Task RollUpAsync(LoadedDatabase database, CancellationToken cancel)
    {
        const string Seal = "SELECT seal_ledger(1000)";
        await server.AskAsync<int>(database.Name, Seal, cancel);
        while (await server.AskAsync<int>(database.Name, Seal, cancel) > 0) { }
        while (await server.AskAsync<long>(database.Name, "SELECT roll_up()", cancel) > 0) { }
    }

    private async Task<List<(string Name, Func<CreditsDb, Task<object?>> Read)>> ReadsAsync(
        LoadedDatabase database, CancellationToken cancel)
    {
        var middle = options.Rows / 2;
        var user = await IdAsync($"SELECT id FROM credits.users ORDER BY created_at OFFSET {options.Users / 2} LIMIT 1");
        var job = await IdAsync("SELECT job_id FROM credits.ledger_entries WHERE job_id IS NOT NULL"
            + $" AND id >= {middle} ORDER BY id LIMIT 1");
        var deep = new UserCursor(DateTimeOffset.UtcNow.AddDays(-90).AddSeconds(-options.Users / 2), user);
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var week = (From: today.AddDays(-37), To: today.AddDays(-30));
        return
        [
            ("balance of a user", async db => await BalanceQueries.FindAsync(db, user, cancel)),
            ("users, newest", async db => await UserQueries.ListAsync(db, null, new(), cancel)),
            ("users, in the middle", async db => await UserQueries.ListAsync(db, null, new(Before: deep), cancel)),
            ("users by the beginning of an e-mail", async db => await UserQueries.ListAsync(db, "user4242", new(), cancel)),
            ("users by a part of an e-mail", async db => await UserQueries.ListAsync(db, "242@exam", new(), cancel)),
            ("users by the id of a job", async db => await UserQueries.ListAsync(db, job.ToString(), new(), cancel)),
            ("user by e-mail", async db => await UserQueries.FindByEmailAsync(db, "USER4242@example.com", cancel)),
            .. JobReads(user, job, cancel),
            .. LedgerReads(user, middle, week, cancel),
            ("totals of 30 days", async db =>
                await DailyTotalQueries.ListAsync(db, today.AddDays(-30), today, cancel)),
            ("receipts, waiting", async db => await ReceiptQueries.ListAsync(db, new(Status: "pending"), new(), cancel)),
        ];

        Task<Guid> IdAsync(string sql) => server.AskAsync<Guid>(database.Name, sql, cancel);
    }

    private static IEnumerable<(string, Func<CreditsDb, Task<object?>>)> JobReads(
        Guid user, Guid job, CancellationToken cancel) =>
    [
        ("jobs, newest", async db => await JobQueries.ListAsync(db, new(), new(), cancel)),
        ("jobs, in the middle", async db => await JobQueries.ListAsync(db, new(), new(Before: job), cancel)),
        ("jobs, failed", async db => await JobQueries.ListAsync(db, new(Status: "failed"), new(), cancel)),
        ("jobs of an operation, 1 of 1,000", async db =>
            await JobQueries.ListAsync(db, new(Operation: "training"), new(), cancel)),
        ("jobs, failed, of that operation", async db =>
            await JobQueries.ListAsync(db, new(Status: "failed", Operation: "training"), new(), cancel)),
        ("jobs of a user", async db => await JobQueries.ListAsync(db, new(UserId: user), new(), cancel)),
        ("jobs of a user, failed", async db => await JobQueries.ListAsync(db, new(user, "failed"), new(), cancel)),
        ("job by id", async db => await JobQueries.FindAsync(db, job, cancel)),
    ];

    private static IEnumerable<(string, Func<CreditsDb, Task<object?>>)> LedgerReads(
        Guid user, long middle, (DateOnly From, DateOnly To) week, CancellationToken cancel) =>
    [
        ("ledger, newest", async db => await LedgerQueries.ListAsync(db, new(), new(), cancel)),
        ("ledger, in the middle", async db => await LedgerQueries.ListAsync(db, new(), new(Before: middle), cancel)),
        ("ledger, refunds", async db => await LedgerQueries.ListAsync(db, new(Kind: "refund"), new(), cancel)),
        ("ledger, a week", async db => await LedgerQueries.ListAsync(db, new(From: week.From, To: week.To), new(), cancel)),
        ("ledger, refunds of a week", async db =>
            await LedgerQueries.ListAsync(db, new(Kind: "refund", From: week.From, To: week.To), new(), cancel)),
        ("ledger, a kind that never was", async db => await LedgerQueries.ListAsync(db, new(Kind: "expiry"), new(), cancel)),
        ("ledger of a user", async db => await LedgerQueries.ListAsync(db, new(UserId: user), new(), cancel)),
        ("ledger of a user, refunds", async db => await LedgerQueries.ListAsync(db, new(user, "refund"), new(), cancel)),
        ("history of a user", async db => await LedgerQueries.HistoryAsync(db, user, new(), cancel)),
    ];
}
