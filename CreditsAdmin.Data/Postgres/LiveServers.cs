using System.Diagnostics;
using System.Globalization;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Which processes of PostgreSQL really are alive, whatever a pid file says.</summary>
internal static class LiveServers
{
    // A shell of the server's user looks, because root in a container may not follow another user's /proc/…/cwd. A
    // zombie has no working directory, and -ef compares folders, so that links on the way do not matter.
    private const string InFolder =
        "for p in /proc/[0-9]*; do if [ \"$p/cwd\" -ef \"$1\" ]; then echo \"${p#/proc/}\"; fi; done 2>/dev/null";

    /// <summary>
    /// The process ids of servers and their children in a cluster (Linux): each has the cluster as working directory.
    /// </summary>
    internal static async Task<IReadOnlyList<int>> InAsync(DataFolder folder, CancellationToken ct)
    {
        var shell = folder.User.Command("/bin/sh", "-c", InFolder, "sh", folder.Cluster);
        var (_, output) = await ProgramRun.RunAsync(shell, ct);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.TryParse(line, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Stat(pid) is ("postgres", _))];
    }

    /// <summary>What tells a process from a later one with the same id; null once it is dead or a zombie.</summary>
    internal static string? Mark(int pid)
    {
        if (OperatingSystem.IsLinux()) return Stat(pid)?.Started;
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : "alive";
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "alive";
        }
    }

    // /proc/<pid>/stat: pid (name) state … with the start time as the twentieth field after the name.
    private static (string Name, string Started)? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var (open, close) = (text.IndexOf('('), text.LastIndexOf(')'));
            var fields = text[(close + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : (text[(open + 1)..close], fields[19]);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
