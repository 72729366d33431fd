using System.Globalization;

namespace CreditsAdmin.Bench.Servers;

/// <summary>Seconds of processor time since some beginning, by who used them.</summary>
/// <param name="App">The app's processes.</param>
/// <param name="Postgres">The database server with all its sessions.</param>
/// <param name="Load">The load generators: this process and pgbench.</param>
/// <param name="All">Everybody on this machine, the host's other guests included as far as it tells.</param>
internal readonly record struct CpuTime(double App, double Postgres, double Load, double All)
{
    public static CpuTime operator -(CpuTime end, CpuTime start) =>
        new(end.App - start.App, end.Postgres - start.Postgres, end.Load - start.Load, end.All - start.All);
}

/// <summary>Reads from /proc what the machine is and who uses it.</summary>
internal static class Machine
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return $"{Environment.ProcessorCount} cores {model?.Split(':')[1].Trim() ?? "of an unnamed model"}, "
            + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {Environment.OSVersion.VersionString}, "
            + $".NET {Environment.Version}";
    }

    /// <summary>Processor time used until now.</summary>
    /// <param name="postmaster">The database server.</param>
    /// <param name="apps">The app's processes.</param>
    public static CpuTime Now(int postmaster, IEnumerable<int> apps) => new(
        apps.Sum(pid => Fields(pid) is { } app ? Own(app) : 0),
        Server(postmaster),
        Fields(Environment.ProcessId) is { } self ? Own(self) + Ended(self) : 0,
        Busy());

    // A session that ends meanwhile would be counted twice or not at all, so then all are read again.
    private static double Server(int postmaster)
    {
        while (true)
        {
            var before = Fields(postmaster)!;
            var parent = postmaster.ToString(CultureInfo.InvariantCulture);
            var sessions = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
                .Where(name => int.TryParse(name, out _)).Select(name => Fields(int.Parse(name!, CultureInfo.InvariantCulture)))
                .Where(stat => stat is not null && stat[1] == parent && stat[0] != "Z").Sum(stat => Own(stat!));
            if (Ended(Fields(postmaster)!) == Ended(before)) return sessions + Own(before) + Ended(before);
        }
    }

    /// <summary>Memory that a process holds now and held at most, in MiB.</summary>
    public static (long Now, long Most) Memory(int pid)
    {
        var lines = File.ReadAllLines($"/proc/{pid}/status");
        return (Mebibytes(lines, "VmRSS:"), Mebibytes(lines, "VmHWM:"));
    }

    private static long Mebibytes(string[] lines, string name)
    {
        var line = lines.Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }

    // The fields after the program's name, which may hold spaces: state, parent, …
    private static string[]? Fields(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Own(string[] stat) => Seconds(stat[11]) + Seconds(stat[12]);

    private static double Ended(string[] stat) => Seconds(stat[13]) + Seconds(stat[14]);

    private static double Seconds(string ticks) => double.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond;

    // user nice system idle iowait irq softirq steal: all but idle and iowait.
    private static double Busy() => File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Skip(1).Take(8).Select(Seconds).Where((_, field) => field is not (3 or 4)).Sum();
}
