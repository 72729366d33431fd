using System.Diagnostics;
using System.Globalization;

namespace CreditsAdmin.Data.Postgres;

/// <summary>The command line that starts a server.</summary>
internal static class ServerCommand
{
    // The log is a file and not a pipe, because the server may outlive us.
    private const string LoggingTo = "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null";
    private static readonly string[] NewSession = ["/usr/bin/setsid", "/bin/setsid"];

    /// <summary>
    /// Every program in the chain execs the next one: the child that we start is the postmaster itself, so its end is
    /// seen at once and no zombie stays. A session of its own keeps a terminal's Ctrl+C from ending it before the app.
    /// </summary>
    internal static ProcessStartInfo Info(
        DataFolder folder, PostgresPrograms programs, EmbeddedOptions options, int port)
    {
        var settings = Settings(options, port).SelectMany(setting => new[] { "-c", setting });
        // Only pg_ctl gives up the rights of an administrator, with which PostgreSQL refuses to run.
        if (OperatingSystem.IsWindows())
            return ProgramRun.Info([programs.Control, "start", "-D", folder.Cluster, "-l", folder.Log, "-s", "-w",
                "-o", string.Join(' ', settings)]);
        return ProgramRun.Info(["/bin/sh", "-c", LoggingTo, "sh", folder.Log, .. NewSession.Where(File.Exists).Take(1),
            .. folder.User.Command([programs.Server, "-D", folder.Cluster, .. settings])]);
    }

    private static IEnumerable<string> Settings(EmbeddedOptions options, int port)
    {
        yield return "port=" + port.ToString(CultureInfo.InvariantCulture);
        yield return "listen_addresses=127.0.0.1";
        yield return "unix_socket_directories=";
        yield return "max_connections=" + options.MaxConnections.ToString(CultureInfo.InvariantCulture);
        yield return "logging_collector=off";
        // Details of errors quote rows, and rows hold people.
        yield return "log_error_verbosity=terse";
        yield return "log_timezone=UTC";
        yield return "timezone=UTC";
        foreach (var name in new[] { "fsync", "synchronous_commit", "full_page_writes" })
            yield return name + (options.Durable ? "=on" : "=off");
    }
}
