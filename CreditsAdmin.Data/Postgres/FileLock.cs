namespace CreditsAdmin.Data.Postgres;

/// <summary>
/// Locks between processes that the operating system frees when their holder dies: a stream that shares nothing is an
/// exclusive flock on Unix, one that only reads and shares reading is a shared one.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    internal static FileStream? TryExclusive(string path) =>
        TryOpen(path, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Waits for every other holder to let go.</summary>
    internal static async Task<FileStream> ExclusiveAsync(string path, CancellationToken ct)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            if (TryExclusive(path) is { } held) return held;
            if (DateTime.UtcNow > until)
                throw new EmbeddedPostgresException(
                    $"Another process has held {path} for minutes: end that process, then start again.");
            await Task.Delay(20, ct);
        }
    }

    /// <summary>Shares the lock; the caller makes sure that nobody holds it exclusively for long.</summary>
    internal static async Task<FileStream> SharedAsync(string path, CancellationToken ct)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            if (TryOpen(path, FileAccess.Read, FileShare.Read) is { } held) return held;
            if (DateTime.UtcNow > until)
                throw new EmbeddedPostgresException(
                    $"Another process keeps {path} to itself: end that process, then start again.");
            await Task.Delay(20, ct);
        }
    }

    private static FileStream? TryOpen(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, access, share, bufferSize: 0);
        }
        catch (IOException busy) when (IsHeld(busy))
        {
            return null;
        }
    }

    // EWOULDBLOCK on Linux and macOS, the sharing violation on Windows. A full or read-only disk is none of these.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
