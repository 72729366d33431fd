namespace CreditsAdmin.Web.Hosting;

/// <summary>Where to go back to: never to another site.</summary>
internal static class LocalPath
{
    /// <summary>The path when it stays on this site, else the root. <c>//host</c> and <c>/\host</c> would leave
    /// it.</summary>
    public static string OrRoot(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
            ? path
            : "/";
}
