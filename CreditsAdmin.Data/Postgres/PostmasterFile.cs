using System.Globalization;

namespace CreditsAdmin.Data.Postgres;

/// <summary>What a server writes into its data folder while it runs; after a crash it stays behind.</summary>
internal sealed record PostmasterFile(int Pid, int Port, bool Ready)
{
    internal static string PathIn(DataFolder folder) => Path.Combine(folder.Cluster, "postmaster.pid");

    /// <summary>Lines 1, 4 and 8 hold process id, port and state; a file still being written is not ready.</summary>
    internal static PostmasterFile? Read(DataFolder folder)
    {
        try
        {
            var lines = File.ReadAllLines(PathIn(folder));
            return new(Number(lines, 0), Number(lines, 3), lines.ElementAtOrDefault(7)?.Trim() == "ready");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static int Number(string[] lines, int at) =>
        int.TryParse(lines.ElementAtOrDefault(at), CultureInfo.InvariantCulture, out var number) ? number : 0;
}
