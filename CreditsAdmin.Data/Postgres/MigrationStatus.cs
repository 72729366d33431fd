namespace CreditsAdmin.Data.Postgres;

/// <summary>How a database compares with the migrations of this binary.</summary>
/// <param name="Pending">Versions that were never applied.</param>
/// <param name="Changed">Versions that were applied with other contents.</param>
/// <param name="Unknown">Versions in the database that this binary does not carry.</param>
public sealed record MigrationStatus(
    IReadOnlyList<string> Pending, IReadOnlyList<string> Changed, IReadOnlyList<string> Unknown)
{
    /// <summary>True when nothing has to be applied.</summary>
    public bool IsCurrent => Pending.Count == 0 && Changed.Count == 0;

    internal static MigrationStatus Compare(
        IReadOnlyList<MigrationFile> files, IReadOnlyDictionary<string, string> applied) => new(
        [.. files.Where(file => !applied.ContainsKey(file.Version)).Select(file => file.Version)],
        [.. files.Where(file => applied.TryGetValue(file.Version, out var sum) && sum != file.Checksum)
            .Select(file => file.Version)],
        [.. applied.Keys.Except(files.Select(file => file.Version)).Order(StringComparer.Ordinal)]);

    /// <summary>The newest version in the database that is newer than every one this binary carries, or null.</summary>
    internal string? Newer(IReadOnlyList<MigrationFile> files) => Unknown.LastOrDefault(version =>
        files.Count == 0 || string.CompareOrdinal(version, files[^1].Version) > 0);
}
