using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace CreditsAdmin.Data.Postgres;

/// <summary>The migrations that this binary carries.</summary>
public static partial class MigrationFiles
{
    private const string Folder = "migrations/";

    /// <summary>Every migration, oldest first.</summary>
    public static IReadOnlyList<MigrationFile> All { get; } = Of(typeof(MigrationFiles).Assembly);

    private static MigrationFile[] Of(Assembly assembly) => Sorted(assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(name => Parse(name[Folder.Length..], Read(assembly, name))));

    /// <summary>A file by its name; refuses a name without version, which would otherwise never run.</summary>
    internal static MigrationFile Parse(string fileName, string sql) =>
        FileName().Match(fileName) is { Success: true } match
            ? new(match.Groups[1].Value, match.Groups[2].Value, sql)
            : throw new MigrationException($"Rename migrations/{fileName}: it has to read <14 digits>_<name>.sql.");

    /// <summary>Oldest first; refuses two files of one version, of which one would never run.</summary>
    internal static MigrationFile[] Sorted(IEnumerable<MigrationFile> files)
    {
        MigrationFile[] sorted = [.. files.OrderBy(file => file.Version, StringComparer.Ordinal)];
        foreach (var (one, next) in sorted.Zip(sorted.Skip(1)))
        {
            if (one.Version == next.Version)
                throw new MigrationException($"Give {one} or {next} another version: both have the same one.");
        }
        return sorted;
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^([0-9]{14})_([a-z0-9_]+)\.sql$")]
    private static partial Regex FileName();
}
