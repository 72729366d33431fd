using System.Diagnostics;
using Npgsql;

namespace CreditsAdmin.Tests.Faults;

/// <summary>More callers than connections, and transactions of others that are in the way.</summary>
public class PressureTests(FaultCluster cluster) : FaultTest(cluster)
{
    private const int Pool = 10;
    private const int Callers = 200;

    [Fact]
    public async Task Callers_who_find_no_connection_are_told_soon_and_the_app_stays_alive()
    {
        await using var bench = await OpenAsync(app => app.MaxPoolSize = Pool);
        using var load = bench.Load(Seed);
        using var probe = new HttpClient { BaseAddress = new Uri(bench.Url) };
        var (rounds, slowest, alive) = (0, TimeSpan.Zero, new List<double>());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => load.ChargeAsync(bench.Users[1], -caller, $"warm-{caller}")));
        var most = TimeSpan.FromSeconds(2 + await LockWaitAsync(bench) + 1);

        for (; rounds < Count(3); rounds++)
        {
            await using var blocker = await bench.Database.OpenAsync();
            await using var held = await AccountLock.TakeAsync(blocker, bench.Users[0]);
            var before = load.TurnedAway;
            var calls = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => TimeAsync(load, bench.Users[0], rounds, caller)));
            while (!calls.IsCompleted) alive.Add(await LiveAsync(probe));
            slowest = (await calls).Append(slowest).Max();
            Assert.Equal(Callers, load.TurnedAway - before);
            await held.DisposeAsync();

            await Parallel.ForAsync(0, Callers, async (caller, _) =>
                await UntilAsync(async () => await ChargeAsync(load, bench.Users[0], rounds, caller) is not null,
                    TimeSpan.FromSeconds(20), "The same charge again"));
        }

        await UntilAsync(() => bench.Database.ScalarAsync<bool>($"""
            SELECT count(*) FILTER (WHERE state <> 'idle') = 0 AND count(*) <= {Pool} FROM pg_stat_activity
            WHERE usename = 'credits_app' AND datname = current_database()
            """), TimeSpan.FromSeconds(30), "No connection left behind");
        alive.Sort();
        var late = alive[(int)(alive.Count * 0.99)];
        await FinishAsync(bench, load, rounds,
            $"slowest 503 after {slowest.TotalSeconds:0.0} s of {most.TotalSeconds:0} s; live p99 {late:0} ms of {alive.Count}");
        Assert.InRange(slowest, TimeSpan.Zero, most);
        Assert.InRange(late, 0, 100);
    }

    [Fact]
    public async Task Deadlocks_with_other_transactions_are_nobody_s_business()
    {
        await using var bench = await OpenAsync();
        // The app's sessions look before the others do, so they are the ones that have to give way.
        await bench.Database.ExecuteAsync("ALTER ROLE credits_app SET deadlock_timeout = '40ms'");
        await bench.App.StopAsync();
        await bench.RestartAppAsync();
        using var load = bench.Load(Seed);
        using var enough = new CancellationTokenSource();

        load.Start(32);
        var others = Enumerable.Range(0, 3).Select(number => DisturbAsync(bench, new Random(Seed + number), enough.Token)).ToList();
        var deadlocks = 0L;
        await UntilAsync(async () => (deadlocks = await DeadlocksAsync(bench)) >= Count(150), TimeSpan.FromMinutes(3), "Deadlocks");
        await enough.CancelAsync();
        await Task.WhenAll(others);
        await load.MoreAsync(32, TimeSpan.FromSeconds(10));

        await bench.Database.ExecuteAsync("ALTER ROLE credits_app RESET deadlock_timeout");
        // The third try nearly always succeeds; what the app says of the others stands in its log.
        var told = bench.App.Output.Split("40P01").Length - 1;
        await FinishAsync(bench, load, (int)deadlocks, $"{told} after three tries");
        Assert.InRange(told, 0, (int)deadlocks / 10);
    }

    // Two users in either order, and the ledger before the account: what a charge never does, others may.
    private static async Task DisturbAsync(FaultBench bench, Random random, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await using var connection = await bench.Database.OpenAsync();
                await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
                if (random.Next(2) == 0) await RunAsync(connection, "LOCK TABLE credits.ledger_entries IN SHARE ROW EXCLUSIVE MODE");
                for (var turn = 0; turn < 2; turn++)
                {
                    var user = bench.Users[random.Next(bench.Users.Count)];
                    await RunAsync(connection, $"SELECT grant_credits('{user}', 1, 'promotional', 'A test', '{Guid.NewGuid()}')");
                    await Task.Delay(random.Next(1, 10), CancellationToken.None);
                }

                await transaction.CommitAsync(CancellationToken.None);
            }
            catch (PostgresException deadlock) when (deadlock.SqlState is "40P01" or "55P03")
            {
                // They give way too, now and then.
            }
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static Task<long> DeadlocksAsync(FaultBench bench) =>
        bench.Database.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");

    // Seconds that a charge waits for an account: the function's own limit, or that of every call.
    private static Task<int> LockWaitAsync(FaultBench bench) => bench.Database.ScalarAsync<int>("""
        SELECT CASE WHEN EXISTS (SELECT FROM pg_proc WHERE proname LIKE 'charge%' AND 'lock_timeout=2s' = ANY (proconfig))
            THEN 2 ELSE 5 END
        """);

    private static Task<string?> ChargeAsync(ChargeLoad load, Guid user, int round, int caller) =>
        load.ChargeAsync(user, 1 + round * Callers + caller, $"round-{round}-{caller}");

    private static async Task<TimeSpan> TimeAsync(ChargeLoad load, Guid user, int round, int caller)
    {
        var waited = Stopwatch.StartNew();
        Assert.Null(await ChargeAsync(load, user, round, caller));
        return waited.Elapsed;
    }

    private static async Task<double> LiveAsync(HttpClient probe)
    {
        var waited = Stopwatch.StartNew();
        using var answer = await probe.GetAsync("/health/live");
        var took = waited.Elapsed.TotalMilliseconds;
        Assert.True(answer.IsSuccessStatusCode);
        await Task.Delay(5);
        return took;
    }
}
