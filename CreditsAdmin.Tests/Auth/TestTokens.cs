using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CreditsAdmin.Web.Auth;

namespace CreditsAdmin.Tests.Auth;

/// <summary>A project that signs users' tokens in all three ways, and everything that a forger would try with its public
/// keys.</summary>
internal sealed class TestTokens : IDisposable
{
    public const string Issuer = "https://example.supabase.co/auth/v1";
    public const string Secret = "a-secret-of-the-tests-that-is-long-enough-for-hs256";

    public static readonly Guid User = Guid.Parse("6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10");
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly RSA OneRsa = RSA.Create(2048);

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>One for all: making one takes long.</summary>
    public RSA Rsa { get; } = OneRsa;

    public byte[] SecretBytes { get; } = Encoding.UTF8.GetBytes(Secret);

    /// <summary>What the project publishes.</summary>
    public string Jwks => $$"""{"keys":[{{CurveJwk("ec")}},{{RsaJwk("rsa")}}]}""";

    public string CurveJwk(string kid)
    {
        var point = Curve.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}","alg":"ES256","use":"sig","x":"{{Text(point.X!)}}","y":"{{Text(point.Y!)}}"}""";
    }

    public string RsaJwk(string kid)
    {
        var key = Rsa.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{kid}}","alg":"RS256","n":"{{Text(key.Modulus!)}}","e":"{{Text(key.Exponent!)}}"}""";
    }

    /// <summary>Claims as Supabase Auth writes them, with one of them as the given JSON; null leaves it out.</summary>
    public static string Claims(string? name = null, string? json = null, DateTimeOffset? now = null, Guid? user = null)
    {
        var seconds = (now ?? Now).ToUnixTimeSeconds();
        var claims = new Dictionary<string, string?>
        {
            ["iss"] = $"\"{Issuer}\"",
            ["sub"] = $"\"{user ?? User}\"",
            ["aud"] = "\"authenticated\"",
            ["role"] = "\"authenticated\"",
            ["exp"] = $"{seconds + 3600}",
            ["iat"] = $"{seconds}",
            ["is_anonymous"] = "false",
            ["user_metadata"] = "{\"name\":\"Zoë\"}",
        };
        if (name is not null) claims[name] = json;
        return "{" + string.Join(",", claims.Where(claim => claim.Value is not null)
            .Select(claim => $"\"{claim.Key}\":{claim.Value}")) + "}";
    }

    public string Es256(string? header = null, string? claims = null) =>
        Sign(header ?? """{"alg":"ES256","kid":"ec","typ":"JWT"}""", claims ?? Claims(), data => Curve.SignData(data, HashAlgorithmName.SHA256));

    public string Rs256(string? header = null, string? claims = null) => Sign(
        header ?? """{"alg":"RS256","kid":"rsa","typ":"JWT"}""", claims ?? Claims(),
        data => Rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public string Hs256(string? header = null, string? claims = null, byte[]? secret = null) => Sign(
        header ?? """{"alg":"HS256","typ":"JWT"}""", claims ?? Claims(), data => HMACSHA256.HashData(secret ?? SecretBytes, data));

    public static string Sign(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Text(Encoding.UTF8.GetBytes(header))}.{Text(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Text(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>What the app makes of a token, with this project's secret and keys.</summary>
    public Guid? Read(string token)
    {
        using var jwks = JsonDocument.Parse(Jwks);
        var keys = jwks.RootElement.GetProperty("keys").EnumerateArray().Select(TokenKey.Read).ToList();
        return UserToken.Read(token) is { } read && (read.IsSignedBy(SecretBytes) || keys.Any(key => read.IsSignedBy(key!)))
            ? read.UserAt(Now, Issuer, anonymous: false)
            : null;
    }

    public void Dispose() => Curve.Dispose();
}
