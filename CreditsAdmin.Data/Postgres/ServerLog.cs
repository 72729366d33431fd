using System.Text;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Reads why a server ended from its log.</summary>
internal static class ServerLog
{
    private const int Tail = 4096;
    private const string Fatal = "FATAL:";

    /// <summary>The last reason it gave, and where the rest can be read.</summary>
    internal static string LastWords(DataFolder folder)
    {
        using var log = new FileStream(folder.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(-Math.Min(Tail, log.Length), SeekOrigin.End);
        using var reader = new StreamReader(log, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = lines.LastOrDefault("");
        var reason = lines.LastOrDefault(line => line.Contains(Fatal, StringComparison.Ordinal), last);
        var start = reason.IndexOf(Fatal, StringComparison.Ordinal);
        return $"{(start < 0 ? reason : reason[(start + Fatal.Length)..]).Trim()} (more in {folder.Log})";
    }
}
