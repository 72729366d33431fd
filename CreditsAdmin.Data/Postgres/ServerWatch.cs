namespace CreditsAdmin.Data.Postgres;

/// <summary>Starts the server again when it died while somebody uses it.</summary>
internal sealed class ServerWatch(DataFolder folder, Server server, Action<string> say)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private string? told;

    /// <summary>Watches until cancelled; never fails.</summary>
    internal async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(told is null ? Every : AfterFailure, ct)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested) return;
            if (!server.IsAlive) await ReviveAsync(ct);
        }
    }

    // Every process that shares the server watches it; the start lock lets one act, the others find it running.
    private async Task ReviveAsync(CancellationToken ct)
    {
        try
        {
            await using var start = await FileLock.ExclusiveAsync(folder.StartLock, ct);
            // The port stays: connection strings that were handed out name it.
            var port = server.Port;
            if (!await server.AdoptAsync(ct))
            {
                Tell("The database server ended unexpectedly; it is started again.");
                // Not cancelled half way: who leaves waits for it, then stops it in good order.
                if (!await server.StartAsync(port, CancellationToken.None))
                    throw new EmbeddedPostgresException(
                        $"The database server does not start again: {ServerLog.LastWords(folder)}");
            }
            told = null;
        }
        catch (OperationCanceledException)
        {
            // We are leaving; nobody here needs the server any more.
        }
        catch (Exception trouble)
        {
            Tell(trouble.Message);
        }
    }

    private void Tell(string line)
    {
        if (told != line) say(line);
        told = line;
    }
}
