using System.Text.Json;
using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <content>The Idempotency-Key, from a header or from a member of the body.</content>
internal sealed partial class RequestBody
{
    private const int LongestKey = 255;

    /// <summary>The key of this action; refuses CR004's cases, so that routes whose function takes no key ask for one
    /// too.</summary>
    public string? IdempotencyKey(HttpRequest request)
    {
        if (request.Headers["Idempotency-Key"] is [{ } key] && IsKey(key)) return key;
        Refuse(RefusalCode.InvalidIdempotencyKey, "Idempotency-Key",
            "The header Idempotency-Key is missing, came more than once, or cannot be used.");
        return null;
    }

    /// <summary>The same where the key is a member of the body.</summary>
    public string? IdempotencyKey(string name)
    {
        if (body is null) return null;
        if (Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { } key && IsKey(key)) return key;
        Refuse(RefusalCode.InvalidIdempotencyKey, name, $"{name} is missing or cannot be used.");
        return null;
    }

    private static bool IsKey(string key) =>
        key.Length is > 0 and <= LongestKey && key.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
}
