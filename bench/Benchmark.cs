using CreditsAdmin.Bench.Results;
using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench;

/// <summary>The whole run: load, measure in turns, check that nothing was lost, report.</summary>
internal static class Benchmark
{
    /// <summary>0 when every charge that was answered is in its ledger, else 1.</summary>
    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        await using var server = await BenchServer.StartAsync(options.Folder, cancel);
        var report = new Report(options, server);
        await Console.Error.WriteLineAsync($"Loading {options.Rows:N0} rows of {options.Users:N0} users…");
        var databases = await LoadAsync(new Databases(server, options.Users), options, cancel);
        await using var contestants = await Contestants.StartAsync(server, databases, cancel);
        var rounds = new Rounds(server, contestants.Apps, options);
        var course = new Course(server, contestants, options, await contestants.TakesBatchesAsync(cancel)).All();

        // Before the rounds: what many connections extend at once leaves room that one would fill first.
        var stored = await new Storage(server, rounds, options).RunAsync(databases, cancel);
        report.Charges(await rounds.RunAsync(course, cancel), course);
        report.Memory(contestants.Apps);
        report.Storage(stored);
        report.Lists(await new Lists(server, options).RunAsync(databases[1], cancel));
        var faults = await new Check(server).RunAsync(databases, rounds.Charged, cancel);
        report.Check(faults);
        await report.WriteAsync(cancel);
        return faults.Count == 0 ? 0 : 1;
    }

    // The large ones first: the present system's, the app's; then a small pair to compare them with.
    private static async Task<IReadOnlyList<LoadedDatabase>> LoadAsync(
        Databases databases, BenchOptions options, CancellationToken cancel)
    {
        List<Task<LoadedDatabase>> loading =
            [databases.MakeSeedAsync("seed", options.Rows, cancel), databases.MakeOursAsync("credits", options.Rows, cancel)];
        await Task.WhenAll(loading);
        if (options.Large)
        {
            loading.Add(databases.MakeSeedAsync("seed_small", BenchOptions.SmallRows, cancel));
            loading.Add(databases.MakeOursAsync("credits_small", BenchOptions.SmallRows, cancel));
        }

        return await Task.WhenAll(loading);
    }
}
