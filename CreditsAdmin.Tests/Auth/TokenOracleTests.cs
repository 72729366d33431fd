using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CreditsAdmin.Tests.Auth;

/// <summary>Thousands of tokens that are nearly right, judged by the app and by a second reading of the same rules that shares
/// no line with it.</summary>
public sealed partial class TokenOracleTests : IDisposable
{
    private const int Tokens = 8_000;

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "1800000000", "1799999940", "1799999941", "1800000060", "1800000061", "1e3", "-1",
        "99999999999999999999", "\"\"", "\"authenticated\"", "\"service_role\"", "\"anon\"", "[\"authenticated\"]", "[]", "{}",
        "[\"anon\",\"authenticated\"]", "\"HS256\"", "\"ES256\"", "\"RS256\"", "\"none\"", "\"ec\"", "\"rsa\"", "\"JWT\"",
        "\"jwt\"", $"\"{TestTokens.Issuer}\"", $"\"{TestTokens.User}\"", $"\"{TestTokens.User:N}\"", "\"\\ud800\"", "\"Authenticated\"",
    ];

    private static readonly string[] Names =
        ["alg", "kid", "typ", "crit", "jwk", "sub", "aud", "role", "exp", "nbf", "iat", "iss", "is_anonymous", "extra"];

    private static readonly JsonSerializerOptions Once = new() { AllowDuplicateProperties = false };

    private readonly TestTokens project = new();
    private readonly Random random = new(20_260_101);

    [Fact]
    public void The_app_and_the_second_reading_agree_on_every_token()
    {
        var accepted = 0;
        for (var i = 0; i < Tokens; i++)
        {
            var token = Make(i % 3);
            if (i % 2 == 0) token = Damage(token);
            var (said, expected) = (project.Read(token), Judge(token));
            Assert.True(said == expected, $"token {i}: the app says {said}, the second reading {expected}: {token}");
            if (said is not null) accepted++;
        }

        // Neither all the same: both answers must have been looked at often.
        Assert.InRange(accepted, Tokens / 20, Tokens / 2);
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine($"{Tokens} tokens, {accepted} accepted by both");
    }

    public void Dispose() => project.Dispose();

    // Well signed by one of the three, with up to two members exchanged, added, repeated or left out.
    private string Make(int kind)
    {
        var header = kind switch
        {
            0 => "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
            1 => "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"JWT\"}",
            _ => "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"JWT\"}",
        };
        var claims = TestTokens.Claims();
        for (var change = random.Next(3); change > 0; change--)
        {
            if (random.Next(3) == 0) header = Change(header);
            else claims = Change(claims);
        }

        return kind switch
        {
            0 => project.Hs256(header, claims),
            1 => project.Es256(header, claims),
            _ => project.Rs256(header, claims),
        };
    }

    private string Change(string json)
    {
        var (name, value) = (Names[random.Next(Names.Length)], Values[random.Next(Values.Length)]);
        var way = random.Next(4);
        // Once a member comes twice there is nothing more to spoil.
        if (Members(Encoding.UTF8.GetBytes(json)) is not { Count: > 0 } members) return json;
        if (way == 0) return $"{{\"{name}\":{value},{json[1..]}"; // twice, when it is there already
        var known = members.Keys.ElementAt(random.Next(members.Count));
        if (way == 1) members.Remove(known);
        else members[known] = value;
        return "{" + string.Join(",", members.Select(member => $"\"{member.Key}\":{member.Value}")) + "}";
    }

    // One character, one part or one end of it is another.
    private string Damage(string token)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. é\n";
        var (at, one) = (random.Next(token.Length), Alphabet[random.Next(Alphabet.Length)]);
        var parts = token.Split('.');
        return random.Next(8) switch
        {
            0 => token[..at] + one + token[(at + 1)..],
            1 => token[..at] + one + token[at..],
            2 => token[..at] + token[(at + 1)..],
            3 => token[..at],
            4 => $"{parts[0]}.{parts[2]}.{parts[1]}",
            5 => token[..^1] + Alphabet[random.Next(64)],
            6 => $"{parts[0]}.{Make(random.Next(3)).Split('.')[1]}.{parts[2]}",
            _ => token + one,
        };
    }

    // The rules as they stand in the specifications, with the framework's own reading of JSON into objects.
    private Guid? Judge(string token)
    {
        if (token.Length > 8192 || !Form().IsMatch(token)) return null;
        var parts = token.Split('.');
        if (parts.Any(part => part.Length % 4 == 1)) return null;
        var bytes = Array.ConvertAll(parts, part => Convert.FromBase64String(
            part.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (part.Length % 4)) % 4)));
        if (parts.Where((part, i) => Convert.ToBase64String(bytes[i]).TrimEnd('=').Replace('+', '-').Replace('/', '_') != part).Any()) return null;
        if (Members(bytes[0]) is not { } header || Members(bytes[1]) is not { } claims) return null;
        if (header.GetValueOrDefault("kid") == "\"\\ud800\"" || header.ContainsKey("crit") || (header.TryGetValue("typ", out var type) && type != "\"JWT\"")) return null;
        var data = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signed = (header.GetValueOrDefault("alg"), header.GetValueOrDefault("kid")) switch
        {
            ("\"HS256\"", _) => HMACSHA256.HashData(project.SecretBytes, data).SequenceEqual(bytes[2]),
            ("\"ES256\"", "\"ec\"") => bytes[2].Length == 64 && project.Curve.VerifyData(data, bytes[2], HashAlgorithmName.SHA256),
            ("\"RS256\"", "\"rsa\"") => project.Rsa.VerifyData(data, bytes[2], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => false,
        };
        if (!signed || claims.GetValueOrDefault("role") != "\"authenticated\"" || claims.GetValueOrDefault("iss") != $"\"{TestTokens.Issuer}\"") return null;
        if (!claims.TryGetValue("aud", out var audience)
            || !(audience == "\"authenticated\"" || (audience.StartsWith('[') && audience.Contains("\"authenticated\"", StringComparison.Ordinal)))) return null;
        if (claims.TryGetValue("is_anonymous", out var anonymous) && anonymous != "false") return null;
        if (!claims.TryGetValue("exp", out var exp) || !long.TryParse(exp, out var ends) || ends <= 1_800_000_000 - 60) return null;
        foreach (var name in new[] { "nbf", "iat" })
        {
            if (claims.TryGetValue(name, out var text) && !(long.TryParse(text, out var begins) && begins <= 1_800_000_000 + 60)) return null;
        }

        return claims.TryGetValue("sub", out var sub) && Uuid().IsMatch(sub) ? Guid.Parse(sub.Trim('"')) : null;
    }

    // Every member as the JSON it is; null for what is no object, or has a member twice.
    private static Dictionary<string, string>? Members(byte[] json)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
                json, Once);
            return read?.ToDictionary(member => member.Key, member => member.Value.GetRawText());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or not UTF-8
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\z")]
    private static partial Regex Form();

    [GeneratedRegex("\\A\"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\"\\z")]
    private static partial Regex Uuid();
}
