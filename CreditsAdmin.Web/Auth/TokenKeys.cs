using System.Text.Json;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Auth;

/// <summary>The public keys that the project publishes, by their kid. They are read when a token needs them and again every
/// few minutes; while they cannot be read, those that are known go on serving.</summary>
internal sealed class TokenKeys(IOptions<UserTokenOptions> supabase, TimeProvider time, ILogger<TokenKeys> log) : IDisposable
{
    // So a token with an unknown kid, whoever made it up, is asked about once a minute at most.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Old = TimeSpan.FromMinutes(10);

    private const int LongestBody = 64 * 1024;
    private const int MostKeys = 100;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = LongestBody,
    };

    private readonly SemaphoreSlim turn = new(1);
    private volatile Dictionary<string, TokenKey> keys = [];
    private long lastAsked = long.MinValue;

    /// <summary>The key of this name; null when the project publishes none.</summary>
    public async ValueTask<TokenKey?> FindAsync(string id, CancellationToken cancel)
    {
        if (supabase.Value.KeysAddress is not { } address) return null;
        if (keys.TryGetValue(id, out var known))
        {
            if (Age() > Old) _ = AskAsync(address, CancellationToken.None);
            return known;
        }

        await AskAsync(address, cancel);
        return keys.GetValueOrDefault(id);
    }

    public void Dispose()
    {
        http.Dispose();
        turn.Dispose();
    }

    // One at a time: whoever comes meanwhile waits for that one's answer.
    private async Task AskAsync(Uri address, CancellationToken cancel)
    {
        if (Age() < Pause && turn.CurrentCount > 0) return;
        await turn.WaitAsync(cancel);
        try
        {
            if (Age() < Pause) return;
            Volatile.Write(ref lastAsked, time.GetTimestamp());
            // Not the request's own token: others wait for the same answer.
            keys = Read(await http.GetByteArrayAsync(address, CancellationToken.None));
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or JsonException
            or InvalidOperationException or KeyNotFoundException)
        {
            log.LogWarning("The keys of users' tokens could not be read from {Address}: {Reason}", address, error.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    private TimeSpan Age() =>
        Volatile.Read(ref lastAsked) is var asked and not long.MinValue ? time.GetElapsedTime(asked) : TimeSpan.MaxValue;

    // A name that comes twice could mean either key: then it means none.
    private static Dictionary<string, TokenKey> Read(byte[] body)
    {
        using var json = JsonDocument.Parse(body, Strict);
        return json.RootElement.GetProperty("keys").EnumerateArray().Take(MostKeys)
            .Select(TokenKey.Read).OfType<TokenKey>()
            .GroupBy(key => key.Id, StringComparer.Ordinal).Where(same => same.Count() == 1)
            .ToDictionary(same => same.Key, same => same.Single(), StringComparer.Ordinal);
    }
}
