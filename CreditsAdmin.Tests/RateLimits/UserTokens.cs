using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.RateLimits;

/// <summary>Tokens as Supabase Auth signs them for its users.</summary>
internal static class UserTokens
{
    public static string Of(Guid user, TimeSpan? expiresIn = null)
    {
        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
        var expires = DateTimeOffset.UtcNow + (expiresIn ?? TimeSpan.FromHours(1));
        var body = Part(new { alg = "HS256", typ = "JWT" }) + "."
            + Part(new { sub = user, role = "authenticated", aud = "authenticated", exp = expires.ToUnixTimeSeconds() });
        return body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(CreditsApp.JwtSecret), Encoding.ASCII.GetBytes(body)));
    }
}
