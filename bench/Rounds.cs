using System.Diagnostics;
using CreditsAdmin.Bench.Loads;
using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench;

/// <summary>Measures one after the other, round by round, so that what disturbs the machine disturbs all alike.</summary>
internal sealed class Rounds(BenchServer server, IReadOnlyList<WebApp> apps, BenchOptions options)
{
    private readonly Dictionary<string, long> charged = [];

    /// <summary>Charges that were answered as done, by database.</summary>
    public IReadOnlyDictionary<string, long> Charged => charged;

    /// <summary>All rounds; each measurement runs once before them, unseen, while code and caches are cold.</summary>
    public async Task<List<Measurement>> RunAsync(IReadOnlyList<Measured> all, CancellationToken cancel)
    {
        var results = new List<Measurement>();
        for (var round = options.Quick ? 1 : 0; round <= options.Rounds; round++)
        {
            foreach (var one in all)
            {
                cancel.ThrowIfCancellationRequested();
                var result = await RunAsync(one, round, cancel);
                await Console.Error.WriteLineAsync($"round {round}: {one.Name} {result.PerSecond:N0}/s");
                if (round > 0) results.Add(result);
            }
        }

        return results;
    }

    /// <summary>Counts charges that somebody else made.</summary>
    public void Count(LoadedDatabase database, Load load) =>
        charged[database.Name] = charged.GetValueOrDefault(database.Name) + load.Charges;

    private async Task<Measurement> RunAsync(Measured one, int round, CancellationToken cancel)
    {
        var wal = await WalAsync(cancel);
        var (start, clock) = (Cpu(), Stopwatch.StartNew());
        var load = await one.RunAsync(round == 0 ? TimeSpan.FromSeconds(1) : options.Each);
        var (cpu, seconds) = (Cpu() - start, clock.Elapsed.TotalSeconds);
        Count(one.Database, load);
        var sorted = load.Latencies.Order().ToList();
        return new(
            one.Name, round, load.Charges / load.Seconds, At(sorted, 0.5), At(sorted, 0.99),
            (await WalAsync(cancel) - wal) / load.Charges, cpu.App * 1e6 / load.Charges, cpu.Postgres * 1e6 / load.Charges,
            cpu.Load * 1e6 / load.Charges, Math.Max(0, cpu.All - cpu.App - cpu.Postgres - cpu.Load) / seconds);
    }

    /// <summary>The value that this part of all stays below.</summary>
    public static double? At(List<double> sorted, double part) =>
        sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];

    private CpuTime Cpu() => Machine.Now(server.Pid, apps.Select(app => app.Pid));

    private async Task<double> WalAsync(CancellationToken cancel) =>
        (double)await server.AskAsync<decimal>("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn", cancel);
}
