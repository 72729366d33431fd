using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CreditsAdmin.Bench.Servers;
using Npgsql;

namespace CreditsAdmin.Bench.Loads;

/// <summary>PostgreSQL's own load generator: the fastest client that there is, and the same for everybody.</summary>
internal sealed partial class PgBench(BenchServer server)
{
    /// <summary>Runs a script for a while.</summary>
    /// <param name="connectionString">Where, and as whom.</param>
    /// <param name="script">One transaction.</param>
    /// <param name="clients">Connections at the same time.</param>
    /// <param name="charges">Charges in one transaction.</param>
    /// <param name="length">For how long (<c>-T</c>) or how many transactions of each client (<c>-t</c>).</param>
    public async Task<Load> RunAsync(
        string connectionString, string script, int clients, int charges, string[] length, CancellationToken cancel)
    {
        var where = new NpgsqlConnectionStringBuilder(connectionString);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, script, cancel);
        var info = new ProcessStartInfo(Path.Combine(server.Programs, "pgbench"), [
            "-n", "-M", "prepared", "-c", $"{clients}", "-j", $"{Math.Min(2, clients)}", .. length, "-f", file,
            "-h", where.Host!, "-p", $"{where.Port}", "-U", where.Username!, where.Database!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["PGPASSWORD"] = where.Password;
        try
        {
            using var process = Process.Start(info)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0) throw new InvalidOperationException($"pgbench failed: {await errors}");
            var transactions = Number(Processed(), await output);
            return new((long)transactions * charges, transactions / Number(Rate(), await output), []);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Number(Regex pattern, string output) => pattern.Match(output) is { Success: true } found
        ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"pgbench got nothing done: {output}");

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex Processed();

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Rate();
}
