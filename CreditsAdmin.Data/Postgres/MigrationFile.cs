using System.Security.Cryptography;
using System.Text;

namespace CreditsAdmin.Data.Postgres;

/// <summary>One step of the schema, written so that running it again does no harm.</summary>
/// <param name="Version">Fourteen digits, year to second; files run in this order.</param>
/// <param name="Name">What it is about, in words joined by underscores.</param>
/// <param name="Sql">Plain SQL without BEGIN or COMMIT.</param>
public sealed record MigrationFile(string Version, string Name, string Sql)
{
    /// <summary>SHA-256 in hex; the same for both kinds of line ends.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The name of its file.</summary>
    public override string ToString() => $"{Version}_{Name}.sql";
}
