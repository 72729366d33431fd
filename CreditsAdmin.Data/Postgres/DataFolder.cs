using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CreditsAdmin.Data.Postgres;

/// <summary>The folder of one cluster and what stands in it.</summary>
internal sealed class DataFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PassThrough = Private | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private DataFolder(string root, ServerUser user) => (Root, User) = (root, user);

    internal string Root { get; }
    internal ServerUser User { get; }
    internal string Cluster => Path.Combine(Root, "postgres");
    internal string Password => Path.Combine(Root, "password");
    internal string Port => Path.Combine(Root, "port");
    internal string Log => Path.Combine(Root, "postgres.log");
    internal string Programs => Path.Combine(Root, "programs");
    internal string StartLock => Path.Combine(Root, "start.lock");
    internal string UsersLock => Path.Combine(Root, "users.lock");

    /// <summary>
    /// The folder asked for; for root, when the server's user cannot get there (a checkout below a private home), one
    /// below /var/lib that the same path always leads to. A folder that already has a cluster stays in use.
    /// </summary>
    internal static async Task<DataFolder> OpenAsync(string dataPath, Action<string> say, CancellationToken ct)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataPath));
        var elsewhere = Elsewhere(root);
        if (await HereAsync(root, elsewhere, ct) is { } user) return await MakeAsync(root, user, ct);
        user = await ServerUser.ForAsync(Path.Combine(elsewhere, "postgres"), ct);
        say($"User {user.Name} cannot reach {root}, so the database is kept in {elsewhere}.");
        return await MakeAsync(elsewhere, user, ct);
    }

    /// <summary>Below /var/lib, where root keeps the database of a folder that only root can enter.</summary>
    internal static string Elsewhere(string root) => Path.Combine(
        "/var/lib/creditsadmin", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..12]);

    /// <summary>Writes a file that only the server's user may read; it is on the disk when this returns.</summary>
    internal async Task WritePrivateAsync(string path, string text, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
        await using (var file = new FileStream(path, options))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
            file.Flush(flushToDisk: true);
        }
        await User.OwnAsync(path, ct);
    }

    internal int? KeptPort() =>
        File.Exists(Port) && int.TryParse(File.ReadAllText(Port), CultureInfo.InvariantCulture, out var port)
            ? port : null;

    /// <summary>The user to run as in <paramref name="root"/>, or null when the database belongs elsewhere.</summary>
    private static async Task<ServerUser?> HereAsync(string root, string elsewhere, CancellationToken ct)
    {
        var cluster = Path.Combine(root, "postgres");
        var user = await ServerUser.ForAsync(cluster, ct);
        if (!user.Drops) return user;
        var reaches = await user.ReachesAsync(root, ct);
        if (!Directory.Exists(cluster))
            return reaches && !Directory.Exists(Path.Combine(elsewhere, "postgres")) ? user : null;
        return reaches ? user : throw new EmbeddedPostgresException(
            $"User {user.Name}, who owns the database in {cluster}, can no longer reach it: give every folder above it "
            + "the right to pass with `chmod o+x`.");
    }

    private static async Task<DataFolder> MakeAsync(string root, ServerUser user, CancellationToken ct)
    {
        var folder = new DataFolder(root, user);
        var missing = new Stack<string>();
        for (var at = root; !Directory.Exists(at); at = Path.GetDirectoryName(at)!) missing.Push(at);
        foreach (var made in missing)
        {
            Directory.CreateDirectory(made);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(made, user.Drops ? PassThrough : PassThrough & ~(
                UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        }
        foreach (var file in new[] { folder.StartLock, folder.UsersLock, folder.Log })
        {
            if (!File.Exists(file)) await folder.TouchAsync(file, ct);
        }
        return folder;
    }

    // Another process may do the same at this moment, so nothing is cut short here.
    private async Task TouchAsync(string path, CancellationToken ct)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
        try
        {
            await using (new FileStream(path, options)) { }
        }
        catch (IOException) when (File.Exists(path))
        {
            return;
        }
        await User.OwnAsync(path, ct);
    }
}
