using System.Globalization;
using System.Text.Json;
using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench.Results;

/// <summary>Gathers what was measured, prints it as tables and writes it as JSON.</summary>
internal sealed class Report(BenchOptions options, BenchServer server)
{
    private readonly List<object> tables = [];
    private readonly Dictionary<string, object> json = [];

    /// <summary>Medians of all rounds; a ratio is the median of the rounds' own ratios.</summary>
    public void Charges(IReadOnlyList<Measurement> measurements, IReadOnlyList<Measured> course)
    {
        json["measurements"] = measurements;
        var table = new Table("charges", "charges/s", "from–to", "ratio", "CPU ratio", "p50 ms", "p99 ms", "WAL B",
            "app µs", "PG µs", "load µs", "others");
        foreach (var one in course)
        {
            var runs = measurements.Where(run => run.Name == one.Name).ToList();
            table.Add(one.Name, Whole(Median(runs, run => run.PerSecond)),
                $"{Whole(runs.Min(run => run.PerSecond))}–{Whole(runs.Max(run => run.PerSecond))}",
                one.Name == one.Against ? "" : Ratio(measurements, one.Name, one.Against, run => run.PerSecond),
                one.Name == one.Against ? "" : Ratio(measurements, one.Name, one.Against, PerCpuSecond),
                runs[0].P50 is null ? "" : Parts(Median(runs, run => run.P50!.Value), "0.0"),
                runs[0].P99 is null ? "" : Parts(Median(runs, run => run.P99!.Value), "0.0"),
                Whole(Median(runs, run => run.WalBytes)), Whole(Median(runs, run => run.AppMicroseconds)),
                Whole(Median(runs, run => run.PostgresMicroseconds)), Whole(Median(runs, run => run.LoadMicroseconds)),
                Parts(Median(runs, run => run.OtherCores), "0.0"));
        }

        tables.Add(table);
        var ratios = new Table("ratios", "of charges/s");
        foreach (var (over, under) in Course.Ratios)
        {
            var ratio = Ratio(measurements, over, under, run => run.PerSecond);
            if (ratio.Length > 0) ratios.Add($"{over} / {under}", ratio);
        }

        tables.Add(ratios);
    }

    public void Memory(IReadOnlyList<WebApp> apps)
    {
        var memory = apps.Select(app => Machine.Memory(app.Pid)).ToList();
        json["memory_mib"] = memory.Select(one => new { one.Now, one.Most });
        var table = new Table("memory of the app", "MiB after the load", "MiB at most");
        foreach (var (one, name) in memory.Zip(["one by one", "gathering"]))
            table.Add(name, Whole(one.Now), Whole(one.Most));
        tables.Add(table);
    }

    public void Storage(IReadOnlyList<StoredBytes> stored)
    {
        json["stored_bytes"] = stored;
        var table = new Table("stored for a charge", "bytes", "ratio");
        foreach (var one in stored) table.Add(one.Name, Whole(one.Bytes), Parts(one.Bytes / stored[0].Bytes, "0.00"));
        tables.Add(table);
    }

    public void Lists(IReadOnlyList<ListTime> times)
    {
        json["lists_ms"] = times;
        var table = new Table("lists and searches", "p50 ms", "p99 ms");
        foreach (var one in times) table.Add(one.Name, Parts(one.P50, "0.00"), Parts(one.P99, "0.00"));
        tables.Add(table);
    }

    public void Check(IReadOnlyList<string> faults)
    {
        json["faults"] = faults;
        tables.Add(faults.Count == 0
            ? "Every charge that was answered is in its ledger, once, and every balance is the sum of its ledger."
            : string.Join(Environment.NewLine, faults));
    }

    /// <summary>Prints everything; writes the JSON where it was asked for.</summary>
    public async Task WriteAsync(CancellationToken cancel)
    {
        string[] about =
        [
            $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Machine.Describe()}",
            $"PostgreSQL {server.Version} over TCP loopback: fsync, synchronous_commit and full_page_writes on, "
                + string.Join(", ", server.Settings),
            $"{options.Rows:N0} rows, {options.Users:N0} users, {options.Rounds} rounds of {options.Each.TotalSeconds:0} s",
        ];
        json["about"] = about;
        foreach (var line in about) Console.WriteLine("- " + line);
        foreach (var table in tables) Console.WriteLine($"{Environment.NewLine}{table}");
        if (options.Json is { } file) await File.WriteAllTextAsync(file, JsonSerializer.Serialize(json), cancel);
    }

    // Charges that a second of app and database is enough for: what is left of a comparison while others use the machine.
    private static double PerCpuSecond(Measurement run) => 1e6 / (run.AppMicroseconds + run.PostgresMicroseconds);

    // Within a round, because from one round to the next the machine is another one; empty when one of both is missing.
    private static string Ratio(
        IReadOnlyList<Measurement> measurements, string over, string under, Func<Measurement, double> value)
    {
        var unders = measurements.Where(run => run.Name == under).ToDictionary(run => run.Round, value);
        var overs = measurements.Where(run => run.Name == over && unders.ContainsKey(run.Round)).ToList();
        if (overs.Count == 0) return "";
        var ratios = overs.Select(run => value(run) / unders[run.Round]).ToList();
        return Parts(Median(overs, run => value(run) / unders[run.Round]), "0.00")
            + (overs.Count > 1 ? $" ({Parts(ratios.Min(), "0.0")}–{Parts(ratios.Max(), "0.0")})" : "");
    }

    private static double Median(List<Measurement> runs, Func<Measurement, double> value)
    {
        var sorted = runs.Select(value).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Parts(double number, string form) => number.ToString(form, CultureInfo.InvariantCulture);
}
