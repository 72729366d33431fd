using System.Security.Cryptography;
using System.Text.Json;

namespace CreditsAdmin.Web.Auth;

/// <summary>A public key that signs users' tokens: P-256 for ES256, or RSA for RS256. It never checks another
/// algorithm.</summary>
internal sealed class TokenKey
{
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;

    private readonly ECParameters? curve;
    private readonly RSAParameters? rsa;

    private TokenKey(string id, ECParameters curve) => (Id, Algorithm, this.curve) = (id, "ES256", curve);

    private TokenKey(string id, RSAParameters rsa) => (Id, Algorithm, this.rsa) = (id, "RS256", rsa);

    /// <summary>Its kid.</summary>
    public string Id { get; }

    /// <summary>ES256 or RS256.</summary>
    public string Algorithm { get; }

    /// <summary>The key in a JWK (RFC 7517); null when it is not one that signs users' tokens.</summary>
    public static TokenKey? Read(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || Text(jwk, "kid") is not { Length: > 0 } id) return null;
        if (jwk.TryGetProperty("use", out _) && Text(jwk, "use") != "sig") return null;
        var key = Text(jwk, "kty") switch
        {
            "EC" => Curve(id, jwk),
            "RSA" => Rsa(id, jwk),
            _ => null,
        };
        return key is not null && (!jwk.TryGetProperty("alg", out _) || Text(jwk, "alg") == key.Algorithm) && key.IsUsable()
            ? key
            : null;
    }

    /// <summary>Whether this key made the signature: 64 bytes of r and s for ES256 (RFC 7518), never DER.</summary>
    public bool Verifies(byte[] data, byte[] signature)
    {
        try
        {
            if (curve is { } parameters)
            {
                using var ecdsa = ECDsa.Create(parameters);
                return signature.Length == 64 && ecdsa.VerifyData(
                    data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }

            using var key = RSA.Create(rsa!.Value);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static TokenKey? Curve(string id, JsonElement jwk) =>
        Text(jwk, "crv") == "P-256" && Bytes(jwk, "x") is { Length: 32 } x && Bytes(jwk, "y") is { Length: 32 } y
            ? new(id, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } })
            : null;

    private static TokenKey? Rsa(string id, JsonElement jwk) =>
        Bytes(jwk, "n") is { Length: >= LeastRsaBits / 8 and <= MostRsaBits / 8 } modulus && modulus[0] >= 0x80
        && Bytes(jwk, "e") is { Length: > 0 and <= 4 } exponent && exponent[^1] % 2 == 1 && exponent is not [1]
            ? new(id, new RSAParameters { Modulus = modulus, Exponent = exponent })
            : null;

    // A point that is not on the curve is found out here, once.
    private bool IsUsable()
    {
        try
        {
            using AsymmetricAlgorithm key = curve is { } parameters ? ECDsa.Create(parameters) : RSA.Create(rsa!.Value);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[]? Bytes(JsonElement jwk, string name) => Text(jwk, name) is { } text ? UserToken.Decode(text) : null;

    private static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
