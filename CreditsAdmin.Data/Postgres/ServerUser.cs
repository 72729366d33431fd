using System.Globalization;

namespace CreditsAdmin.Data.Postgres;

/// <summary>
/// The operating system user that the server runs as: ourselves, or, because PostgreSQL refuses to run as root, an
/// ordinary user that root drops to.
/// </summary>
internal sealed class ServerUser
{
    private readonly string uid;
    private readonly string gid;

    private ServerUser(string name, string uid, string gid) => (Name, this.uid, this.gid) = (name, uid, gid);

    internal static ServerUser Self { get; } = new(Environment.UserName, "", "");

    internal string Name { get; }

    /// <summary>True when the server runs as somebody else than this process.</summary>
    internal bool Drops => uid.Length > 0;

    /// <summary>A cluster's owner, else <c>postgres</c>, else <c>nobody</c>; ourselves unless root.</summary>
    internal static async Task<ServerUser> ForAsync(string cluster, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return Self;
        if (!OperatingSystem.IsLinux())
            throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root: start the app as an ordinary user, or set "
                + "ConnectionStrings__Credits.");
        if (Directory.Exists(cluster))
        {
            var (exit, owner) = await ProgramRun.RunAsync(["stat", "-c", "%U %u %g", cluster], ct);
            if (exit == 0 && owner.Split(' ') is [var name, var uid, var gid] && uid != "0") return new(name, uid, gid);
        }
        return FromPasswd("postgres") ?? FromPasswd("nobody") ?? throw new EmbeddedPostgresException(
            "PostgreSQL does not run as root and there is neither a user postgres nor nobody: add one with "
            + "`useradd --system postgres`, or set ConnectionStrings__Credits.");
    }

    /// <summary>The command line that runs a command as this user; it execs, so the process id stays.</summary>
    internal IReadOnlyList<string> Command(params IEnumerable<string> command) => Drops
        ? ["setpriv", $"--reuid={uid}", $"--regid={gid}", "--init-groups", "--", .. command]
        : [.. command];

    /// <summary>Gives a file or folder to this user.</summary>
    internal async Task OwnAsync(string path, CancellationToken ct)
    {
        if (!Drops) return;
        var (exit, output) = await ProgramRun.RunAsync(["chown", "-R", $"{uid}:{gid}", path], ct);
        if (exit != 0)
            throw new EmbeddedPostgresException($"{path} cannot be given to user {Name}: {output}.");
    }

    /// <summary>Whether this user may pass through a folder and every folder above it.</summary>
    internal async Task<bool> ReachesAsync(string folder, CancellationToken ct)
    {
        if (!Drops) return true;
        var existing = folder;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        var (exit, output) = await ProgramRun.RunAsync(Command("test", "-x", existing), ct);
        return exit switch
        {
            0 => true,
            1 when output.Length == 0 => false,
            _ => throw new EmbeddedPostgresException(
                $"PostgreSQL does not run as root and setpriv could not drop to user {Name} ({output}): install it "
                + "with `apt-get install util-linux`, or start the app as an ordinary user."),
        };
    }

    private static ServerUser? FromPasswd(string name)
    {
        var line = File.ReadLines("/etc/passwd")
            .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return line?.Split(':') is [_, _, var uid, var gid, ..]
            && uint.TryParse(uid, CultureInfo.InvariantCulture, out var number) && number != 0
            ? new ServerUser(name, uid, gid) : null;
    }
}
