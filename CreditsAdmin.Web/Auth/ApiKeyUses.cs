using System.Collections.Concurrent;
using CreditsAdmin.Data.ApiKeys;

namespace CreditsAdmin.Web.Auth;

/// <summary>Writes down when a key was last used, to the minute. Beside the request, which neither waits for it nor fails
/// with it.</summary>
internal sealed class ApiKeyUses(ApiKeyCommands keys, ILogger<ApiKeyUses> log)
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> noted = new();

    public void Note(ApiKey key, DateTimeOffset now)
    {
        if (now - key.LastUsedAt < Often || now - noted.GetValueOrDefault(key.Id) < Often) return;
        noted[key.Id] = now;
        _ = WriteAsync(key.Id);
    }

    private async Task WriteAsync(Guid keyId)
    {
        try
        {
            await keys.TouchAsync(keyId, CancellationToken.None);
        }
        catch (Exception error)
        {
            log.LogDebug(error, "The last use of key {Key} was not written down.", keyId);
        }
    }
}
