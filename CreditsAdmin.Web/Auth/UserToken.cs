using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditsAdmin.Web.Auth;

/// <summary>A token that Supabase Auth gives to signed-in users, in its parts: a JWT (RFC 7515, 7519), and nothing that such a
/// token does not need. What is not exactly right is not accepted. Nothing in it is true before its signature was
/// checked.</summary>
internal sealed class UserToken
{
    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int LongestLength = 8 * 1024;

    /// <summary>How far the issuer's clock may be from ours, in seconds.</summary>
    public const int ClockSkew = 60;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly byte[] signed;
    private readonly byte[] claims;
    private readonly byte[] signature;

    private UserToken(string algorithm, string? keyId, byte[] signed, byte[] claims, byte[] signature)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        this.signed = signed;
        this.claims = claims;
        this.signature = signature;
    }

    /// <summary>What the header says it is signed with. Whoever checks decides whether that may be.</summary>
    public string Algorithm { get; }

    /// <summary>What the header calls the key; null for nothing. Compared with names of keys, and used for nothing
    /// else.</summary>
    public string? KeyId { get; }

    /// <summary>The parts of a token that has the right form; null for another text.</summary>
    public static UserToken? Read(string token)
    {
        if (token.Length > LongestLength) return null;
        if (token.Split('.') is not [var header, var claims, var signature]) return null;
        if (Decode(header) is not { } headerBytes || Decode(claims) is not { } claimBytes
            || Decode(signature) is not { } signatureBytes) return null;
        return WithJson(headerBytes, head => IsOurs(head) && Text(head, "alg") is { } algorithm
            ? new UserToken(
                algorithm, Text(head, "kid"), Encoding.ASCII.GetBytes($"{header}.{claims}"), claimBytes, signatureBytes)
            : null);
    }

    /// <summary>Whether this shared secret signed it. It says so itself too: HS256.</summary>
    public bool IsSignedBy(byte[] secret) =>
        Algorithm == "HS256" && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secret, signed), signature);

    /// <summary>Whether this key signed it. It says so itself too: by name and by algorithm.</summary>
    public bool IsSignedBy(TokenKey key) =>
        Algorithm == key.Algorithm && KeyId == key.Id && key.Verifies(signed, signature);

    /// <summary>The user whom the claims of a checked token name; null when they are not those of a user's session that goes
    /// on.</summary>
    /// <param name="now">The time.</param>
    /// <param name="issuer">What iss must be; null: not looked at.</param>
    /// <param name="anonymous">Whether users may be anonymous ones.</param>
    public Guid? UserAt(DateTimeOffset now, string? issuer, bool anonymous) => WithJson(claims, body =>
        IsForUsers(body)
        && IsCurrent(body, now.ToUnixTimeSeconds())
        && (issuer is null || Text(body, "iss") == issuer)
        && (anonymous || !body.TryGetProperty("is_anonymous", out var mark) || mark.ValueKind == JsonValueKind.False)
            ? Uuid(Text(body, "sub"))
            : null);

    private static bool IsOurs(JsonElement header) =>
        header.ValueKind == JsonValueKind.Object
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

    private static T? WithJson<T>(byte[] bytes, Func<JsonElement, T?> read)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, Strict);
            return read(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return default; // not JSON, or text that is not Unicode
        }
    }

    /// <summary>The bytes of base64url. The decoder forgives padding, white space and stray last bits; a token has one
    /// spelling, so it must encode back.</summary>
    public static byte[]? Decode(string part)
    {
        if (part.Length == 0 || !Base64Url.IsValid(part)) return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
