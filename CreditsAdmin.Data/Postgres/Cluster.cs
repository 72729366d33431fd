using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Makes the cluster of a data folder; used under the start lock.</summary>
internal static class Cluster
{
    /// <summary>The PostgreSQL major version that made the cluster, or null when there is none yet.</summary>
    internal static int? Major(DataFolder folder)
    {
        if (!Directory.Exists(folder.Cluster)) return null;
        // Enumerating says plainly that the folder is closed to us, where File.Exists would say there is no cluster.
        var version = Directory.EnumerateFiles(folder.Cluster, "PG_VERSION").SingleOrDefault()
            ?? throw new EmbeddedPostgresException(
                $"{folder.Cluster} is not a database of PostgreSQL: move it away, then start again.");
        return int.Parse(File.ReadAllText(version), CultureInfo.InvariantCulture);
    }

    /// <summary>Makes the cluster when missing and gives its superuser's password.</summary>
    internal static async Task<string> PasswordAsync(
        DataFolder folder, PostgresPrograms programs, bool durable, CancellationToken ct)
    {
        if (!Directory.Exists(folder.Cluster)) return await MakeAsync(folder, programs, durable, ct);
        if (!File.Exists(folder.Password))
            throw new EmbeddedPostgresException(
                $"The password of the database is missing: put {folder.Password} back, or move {folder.Cluster} away "
                + "to start with an empty database.");
        return (await File.ReadAllTextAsync(folder.Password, ct)).Trim();
    }

    // A cluster gets its name only when it is complete. Each attempt has a folder of its own, because an initdb whose
    // parent was killed may still be writing into the one before.
    private static async Task<string> MakeAsync(
        DataFolder folder, PostgresPrograms programs, bool durable, CancellationToken ct)
    {
        foreach (var remains in Directory.EnumerateDirectories(folder.Root, "postgres.init-*")) TryDelete(remains);
        var password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        await folder.WritePrivateAsync(folder.Password, password + "\n", ct);
        var making = Path.Combine(folder.Root, "postgres.init-" + Path.GetRandomFileName());
        Directory.CreateDirectory(making);
        await folder.User.OwnAsync(making, ct);
        List<string> command =
        [
            programs.InitDb, "-D", making, "-U", "postgres", "--auth=scram-sha-256", "--pwfile=" + folder.Password,
            "--encoding=UTF8", "--locale=" + (OperatingSystem.IsLinux() ? "C.UTF-8" : "C"), "--data-checksums",
        ];
        if (!durable) command.Add("--no-sync");
        var (exit, output) = await ProgramRun.RunAsync(folder.User.Command(command), ct);
        if (exit != 0)
        {
            TryDelete(making);
            throw new EmbeddedPostgresException(
                $"initdb could not make a database in {folder.Root}: {LastLine(output)}.");
        }
        Directory.Move(making, folder.Cluster);
        return password;
    }

    private static string LastLine(string output) =>
        output.Split('\n').LastOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase), output)
            .TrimEnd('.');

    private static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
            // An initdb that lost its parent still writes there; the next cold start removes what it left.
        }
    }
}
