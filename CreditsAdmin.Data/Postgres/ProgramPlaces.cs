using System.Globalization;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Where PostgreSQL's programs usually stand, in the order in which they are tried.</summary>
internal static class ProgramPlaces
{
    private static readonly string[] Homebrew =
        ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];

    /// <summary>Folders that may hold the programs; in each place <paramref name="major"/> comes first.</summary>
    internal static IEnumerable<string> All(int? major)
    {
        var windows = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL");
        return Versions("/usr/lib/postgresql", "", major)
            .Concat(OnPath())
            .Concat(Homebrew.SelectMany(place => Versions(place, "postgresql@", major)))
            .Concat(OperatingSystem.IsWindows() ? Versions(windows, "", major) : [])
            .Distinct();
    }

    private static IEnumerable<string> Versions(string place, string prefix, int? major) =>
        !Directory.Exists(place) ? [] : Directory.EnumerateDirectories(place, prefix + "*")
            .Select(folder => (folder, version: Number(Path.GetFileName(folder)[prefix.Length..])))
            .Where(found => found.version > 0)
            .OrderByDescending(found => found.version == major)
            .ThenByDescending(found => found.version)
            .Select(found => Path.Combine(found.folder, "bin"));

    // initdb looks for postgres beside its real file, so a link on the PATH leads to where it points.
    private static IEnumerable<string> OnPath()
    {
        var name = OperatingSystem.IsWindows() ? "postgres.exe" : "postgres";
        foreach (var place in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            var program = new FileInfo(Path.Combine(place, name));
            if (!Path.IsPathFullyQualified(place) || !program.Exists) continue;
            yield return Path.GetDirectoryName(program.ResolveLinkTarget(returnFinalTarget: true)?.FullName
                ?? program.FullName)!;
        }
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
