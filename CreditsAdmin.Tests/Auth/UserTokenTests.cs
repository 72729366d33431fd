using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CreditsAdmin.Web.Auth;

namespace CreditsAdmin.Tests.Auth;

/// <summary>One valid token, and all that must not pass for one. Every forgery but those of the signature is signed
/// with the right secret, so that only the rule under test can refuse it.</summary>
public sealed class UserTokenTests
{
    private const string Header = """{"alg":"HS256","typ":"JWT"}""";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("a-secret-of-the-tests-that-is-long-enough");
    private static readonly Guid User = Guid.Parse("6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Theory]
    [InlineData(Header)]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"../../etc/passwd"}""")]
    public void A_valid_token_names_its_user(string header) => Assert.Equal(User, Read(Sign(header, Claims())));

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT"}""")]
    [InlineData("""{"alg":"nOnE","typ":"JWT"}""")]
    [InlineData("""{"alg":"hs256","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS512","typ":"JWT"}""")]
    [InlineData("""{"alg":"RS256","typ":"JWT"}""")]
    [InlineData("""{"alg":["HS256"],"typ":"JWT"}""")]
    [InlineData("""{"typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"HS256","typ":null}""")]
    [InlineData("""{"alg":"HS256","crit":["exp"]}""")]
    [InlineData("""{"alg":"HS256","crit":[]}""")]
    [InlineData("""{"alg":"none","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""")]
    [InlineData("""["HS256"]""")]
    [InlineData("""{"alg":"HS256"} x""")]
    [InlineData("null")]
    public void Another_header_is_refused(string header) => Assert.Null(Read(Sign(header, Claims())));

    [Theory]
    [InlineData("exp", null)]
    [InlineData("exp", "1799999940")]
    [InlineData("exp", "\"1800003600\"")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "-9223372036854775808")]
    [InlineData("nbf", "1800000061")]
    [InlineData("nbf", "\"0\"")]
    [InlineData("iat", "1800000061")]
    [InlineData("iat", "9223372036854775807")]
    [InlineData("aud", null)]
    [InlineData("aud", "\"anon\"")]
    [InlineData("aud", "[]")]
    [InlineData("aud", "[\"anon\",null,1]")]
    [InlineData("aud", "{\"authenticated\":true}")]
    [InlineData("role", null)]
    [InlineData("role", "\"service_role\"")]
    [InlineData("role", "\"anon\"")]
    [InlineData("role", "\"Authenticated\"")]
    [InlineData("role", "[\"authenticated\"]")]
    [InlineData("sub", null)]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "\"admin\"")]
    [InlineData("sub", "\"6f2a4b0e52a54c6e9d0f0d5f3c1e7a10\"")]
    [InlineData("sub", "\" 6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10\"")]
    [InlineData("sub", "\"\\ud800\"")]
    public void Another_claim_is_refused(string name, string? json) =>
        Assert.Null(Read(Sign(Header, Claims(name, json))));

    [Theory]
    [InlineData("exp", "1799999941")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("nbf", "1800000060")]
    [InlineData("iat", "1800000060")]
    [InlineData("aud", "[\"other\",\"authenticated\"]")]
    public void Clocks_may_differ_by_a_minute_and_audiences_may_be_several(string name, string json) =>
        Assert.Equal(User, Read(Sign(Header, Claims(name, json))));

    [Theory]
    [InlineData("""{"sub":"6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10",""")]
    [InlineData("""{"role":"service_role",""")]
    [InlineData("""{"app_metadata":{"a":1,"a":2},""")]
    public void A_member_that_comes_twice_is_refused(string start) =>
        Assert.Null(Read(Sign(Header, start + Claims()[1..])));

    [Fact]
    public void A_token_signed_with_another_secret_is_refused()
    {
        Assert.Null(Read(Sign(Header, Claims(), Encoding.UTF8.GetBytes("another-secret-that-is-long-enough-too"))));
        Assert.Null(Read(Sign(Header, Claims(), [])));
    }

    [Fact]
    public void A_token_whose_claims_were_exchanged_is_refused()
    {
        var mine = Sign(Header, Claims()).Split('.');
        var theirs = Sign(Header, Claims("sub", "\"00000000-0000-4000-8000-000000000001\"")).Split('.');
        Assert.Null(Read($"{mine[0]}.{theirs[1]}.{mine[2]}"));
    }

    [Fact]
    public void A_token_of_more_than_8192_characters_is_refused()
    {
        Assert.Null(Read(Sign(Header, Claims("padding", $"\"{new string('a', 9 * 1024)}\""))));
        Assert.Equal(User, Read(Sign(Header, Claims("padding", $"\"{new string('a', 4 * 1024)}\""))));
    }

    [Fact]
    public void Another_spelling_of_a_valid_token_is_refused()
    {
        var token = Sign(Header, Claims());
        var (head, body, signature) = token.Split('.') is [var one, var two, var three] ? (one, two, three) : default;
        // 32 bytes are 43 characters: the last one carries 4 bits, and the decoder would forgive the other 2.
        var stray = Alphabet[Alphabet.IndexOf(signature[^1]) | 1];
        Assert.NotEqual(signature[^1], stray);
        string[] forgeries =
        [
            "", ".", "..", "...", $"{head}.{body}", $"{head}.{body}.", $".{body}.{signature}", $"{head}..{signature}",
            $"{token}.", $".{token}", $"{token}.{signature}", $"{token}=", $"{head}=.{body}.{signature}",
            $"{head}.{body}.{signature[..^1]}", $"{head}.{body}.{signature[..20]}", $"{head}.{body}.{signature}A",
            $"{head}.{body}.{signature[..^1]}{stray}", $"{head}.{body}.{new string('A', 43)}",
            $" {token}", $"{token} ", $"{token}\n", $"{head}. {body}.{signature}",
            $"{head}.{body}.{signature[..9]}\n{signature[9..]}",
            $"{head}.{body}.{signature[..^1]}+", $"{head}.{body}.{signature[..^1]}/",
            $"{head}.{body}.{signature[..^1]}é",
        ];
        Assert.All(forgeries, forgery => Assert.Null(Read(forgery)));
        Assert.Equal(User, Read(token));
    }

    [Fact]
    public void A_signed_part_in_another_spelling_is_refused()
    {
        // Signed as it stands, so that the signature is right and only the spelling is not. {"alg":"HS256"} has 15
        // bytes, with the space 16: the last of the 22 characters carries 2 bits.
        var head = Encode("""{"alg":"HS256" }""");
        var stray = head[..^1] + Alphabet[Alphabet.IndexOf(head[^1]) | 1];
        Assert.Equal(User, Read(SignParts(head, Encode(Claims()), Secret)));
        Assert.NotEqual(head, stray);
        Assert.Null(Read(SignParts(stray, Encode(Claims()), Secret)));
        Assert.Null(Read(SignParts(head + "==", Encode(Claims()), Secret)));
        Assert.Null(Read(SignParts(head + "\n", Encode(Claims()), Secret)));
        Assert.Null(Read(SignParts("", Encode(Claims()), Secret)));
    }

    private static Guid? Read(string token) =>
        UserToken.Read(token) is { } read && read.IsSignedBy(Secret) ? read.UserAt(Now, issuer: null, anonymous: false) : null;

    /// <summary>Claims as Supabase Auth writes them, with one of them as the given JSON; null leaves it out.</summary>
    private static string Claims(string? name = null, string? json = null)
    {
        var claims = new Dictionary<string, string?>
        {
            ["iss"] = "\"https://example.supabase.co/auth/v1\"",
            ["sub"] = $"\"{User}\"",
            ["aud"] = "\"authenticated\"",
            ["role"] = "\"authenticated\"",
            ["exp"] = "1800003600",
            ["iat"] = "1800000000",
            ["user_metadata"] = "{\"name\":\"Zoë\"}",
        };
        if (name is not null) claims[name] = json;
        return "{" + string.Join(",", claims.Where(claim => claim.Value is not null)
            .Select(claim => $"\"{claim.Key}\":{claim.Value}")) + "}";
    }

    private static string Sign(string header, string claims, byte[]? secret = null) =>
        SignParts(Encode(header), Encode(claims), secret ?? Secret);

    private static string SignParts(string header, string claims, byte[] secret)
    {
        var signature = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{header}.{claims}"));
        return $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
