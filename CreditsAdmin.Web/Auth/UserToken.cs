using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditsAdmin.Web.Auth;

/// <summary>Checks the tokens that Supabase Auth gives to signed-in users: a JWT with HS256 (RFC 7515, 7519), and
/// nothing that such a token does not need. What is not exactly right is not accepted.</summary>
internal static class UserToken
{
    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int LongestLength = 8 * 1024;

    /// <summary>How far the issuer's clock may be from ours, in seconds.</summary>
    public const int ClockSkew = 60;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The user whose valid token this is; null when it is not one.</summary>
    public static Guid? UserOf(string token, byte[] secret, DateTimeOffset now)
    {
        if (token.Length > LongestLength) return null;
        if (token.Split('.') is not [var header, var claims, var signature]) return null;
        if (Decode(header) is not { } headerBytes || Decode(claims) is not { } claimBytes
            || Decode(signature) is not { } signatureBytes) return null;

        // The signature first: nothing of an unsigned text is even parsed. HS256 is all there is, whatever the header
        // says.
        var signed = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{header}.{claims}"));
        if (!CryptographicOperations.FixedTimeEquals(signed, signatureBytes)) return null;

        try
        {
            using var head = JsonDocument.Parse(headerBytes, Strict);
            using var body = JsonDocument.Parse(claimBytes, Strict);
            return IsOurHeader(head.RootElement) && IsForUsers(body.RootElement)
                && IsCurrent(body.RootElement, now.ToUnixTimeSeconds()) ? Uuid(Text(body.RootElement, "sub")) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or text that is not Unicode
        }
    }

    private static bool IsOurHeader(JsonElement header) =>
        header.ValueKind == JsonValueKind.Object
        && Text(header, "alg") == "HS256"
        && !header.TryGetProperty("crit", out _)
        && (!header.TryGetProperty("typ", out _) || Text(header, "typ") == "JWT");

    // service_role opens every door of a Supabase project; here it opens none.
    private static bool IsForUsers(JsonElement claims) =>
        claims.ValueKind == JsonValueKind.Object
        && Text(claims, "role") == "authenticated"
        && claims.TryGetProperty("aud", out var audience)
        && (audience.ValueKind == JsonValueKind.Array ? audience.EnumerateArray().ToArray() : [audience])
            .Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals("authenticated"));

    private static bool IsCurrent(JsonElement claims, long now) =>
        claims.TryGetProperty("exp", out var exp) && Seconds(exp) is { } expires && expires > now - ClockSkew
        && HasBegun(claims, "nbf", now) && HasBegun(claims, "iat", now);

    private static bool HasBegun(JsonElement claims, string name, long now) =>
        !claims.TryGetProperty(name, out var value) || (Seconds(value) is { } begin && begin <= now + ClockSkew);

    private static long? Seconds(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) ? seconds : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // The parser forgives white space and signs; a uuid has one spelling, but for its case.
    private static Guid? Uuid(string? text) =>
        Guid.TryParseExact(text, "D", out var id) && id.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)
            ? id
            : null;

    // The decoder forgives padding, white space and stray last bits; a token has one spelling, so it must encode back.
    private static byte[]? Decode(string part)
    {
        if (part.Length == 0 || !Base64Url.IsValid(part)) return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
