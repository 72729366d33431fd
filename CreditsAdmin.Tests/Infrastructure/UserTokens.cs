using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>Tokens of users as Supabase Auth signs them with the project's secret.</summary>
internal static class UserTokens
{
    /// <summary>A valid token but for what is said otherwise.</summary>
    public static string Of(Guid user, string role = "authenticated", TimeSpan? expiresIn = null)
    {
        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
        var exp = (DateTimeOffset.UtcNow + (expiresIn ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds();
        var body = $"{Part(new { alg = "HS256", typ = "JWT" })}.{Part(new { sub = user, role, aud = "authenticated", exp })}";
        return $"{body}.{Base64Url.EncodeToString(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(CreditsApp.JwtSecret), Encoding.ASCII.GetBytes(body)))}";
    }

    /// <summary>A client that calls as this user.</summary>
    public static HttpClient UserClient(this CreditsApp app, Guid user) => app.ClientWith(Of(user));
}
