using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CreditsAdmin.Web.Auth;

namespace CreditsAdmin.Tests.Auth;

/// <summary>What a forger makes of public keys. Each forgery is one step away from a token that is good.</summary>
public sealed class TokenForgeryTests : IDisposable
{
    private readonly TestTokens project = new();

    [Fact]
    public void Each_of_the_three_kinds_names_its_user() => Assert.All(
        [project.Es256(), project.Rs256(), project.Hs256()], token => Assert.Equal(TestTokens.User, project.Read(token)));

    [Theory]
    [InlineData("none")]
    [InlineData("nOnE")]
    [InlineData("NONE")]
    [InlineData("")]
    public void A_token_that_says_it_is_not_signed_is_refused(string algorithm)
    {
        var parts = project.Es256($$"""{"alg":"{{algorithm}}","kid":"ec"}""").Split('.');

        Assert.Null(project.Read($"{parts[0]}.{parts[1]}."));
        Assert.Null(project.Read($"{parts[0]}.{parts[1]}"));
        Assert.Null(project.Read(string.Join('.', parts)));
    }

    [Theory]
    [InlineData("ec")]
    [InlineData("rsa")]
    public void A_public_key_is_never_a_secret(string kid)
    {
        AsymmetricAlgorithm key = kid == "ec" ? project.Curve : project.Rsa;
        var der = key.ExportSubjectPublicKeyInfo();
        var pem = key.ExportSubjectPublicKeyInfoPem();
        var jwk = kid == "ec" ? project.CurveJwk("ec") : project.RsaJwk("rsa");
        foreach (var secret in new[] { der, Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"), Encoding.UTF8.GetBytes(jwk) })
        {
            Assert.Null(project.Read(project.Hs256($$"""{"alg":"HS256","kid":"{{kid}}"}""", secret: secret)));
            Assert.Null(project.Read(project.Hs256($$"""{"alg":"ES256","kid":"{{kid}}"}""", secret: secret)));
            Assert.Null(project.Read(project.Hs256($$"""{"alg":"RS256","kid":"{{kid}}"}""", secret: secret)));
        }
    }

    [Theory]
    [InlineData("""{"alg":"RS256","kid":"ec"}""")]
    [InlineData("""{"alg":"ES256","kid":"rsa"}""")]
    [InlineData("""{"alg":"HS256","kid":"ec"}""")]
    [InlineData("""{"alg":"ES384","kid":"ec"}""")]
    [InlineData("""{"alg":"ES256K","kid":"ec"}""")]
    [InlineData("""{"alg":"es256","kid":"ec"}""")]
    [InlineData("""{"alg":"EdDSA","kid":"ec"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","kid":null}""")]
    [InlineData("""{"alg":"ES256","kid":["ec"]}""")]
    [InlineData("""{"alg":"ES256","kid":"EC"}""")]
    [InlineData("""{"alg":"ES256","kid":"ec\u0000"}""")]
    [InlineData("""{"alg":"ES256","kid":"../../../../dev/null"}""")]
    [InlineData("""{"alg":"ES256","kid":"' OR 1=1 --"}""")]
    [InlineData("""{"alg":"ES256","kid":"https://evil.example/jwks.json"}""")]
    [InlineData("""{"alg":"ES256","kid":"ec","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"ES256","kid":"ec","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"ES256","kid":"ec","kid":"ec"}""")]
    public void A_good_signature_under_another_header_is_refused(string header)
    {
        Assert.Null(project.Read(project.Es256(header)));
        Assert.Null(project.Read(project.Rs256(header.Replace("\"ec\"", "\"rsa\"", StringComparison.Ordinal)
            .Replace("\"RS256\"", "\"PS256\"", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_key_that_comes_with_the_token_is_not_looked_at()
    {
        using var own = new TestTokens();
        foreach (var extra in new[]
        {
            $"\"jwk\":{own.CurveJwk("ec")}", "\"jku\":\"https://evil.example/jwks.json\"", "\"x5u\":\"https://evil.example/cert\"",
            $"\"x5c\":[\"{Convert.ToBase64String(own.Curve.ExportSubjectPublicKeyInfo())}\"]",
        })
        {
            Assert.Null(project.Read(own.Es256($$"""{"alg":"ES256","kid":"ec",{{extra}}}""")));
        }
    }

    [Fact]
    public void Another_form_of_the_signature_is_refused()
    {
        var token = project.Es256();
        var cut = token.LastIndexOf('.') + 1;
        var good = UserToken.Decode(token[cut..])!;
        var data = Encoding.ASCII.GetBytes(token[..(cut - 1)]);
        byte[][] forgeries =
        [
            [], new byte[64], new byte[63], new byte[65], good[..63], good[..32], [.. good, 0], [0, .. good],
            [.. good[32..], .. good[..32]], [.. new byte[32], .. good[32..]], [.. good[..32], .. new byte[32]],
            Enumerable.Repeat((byte)0xff, 64).ToArray(),
            project.Curve.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            project.Curve.SignData(data, HashAlgorithmName.SHA384),
        ];
        Assert.All(forgeries, forgery => Assert.Null(project.Read(token[..cut] + TestTokens.Text(forgery))));

        var rsa = project.Rs256();
        cut = rsa.LastIndexOf('.') + 1;
        data = Encoding.ASCII.GetBytes(rsa[..(cut - 1)]);
        forgeries =
        [
            new byte[256], [.. new byte[255], 1], UserToken.Decode(rsa[cut..])![1..], [0, .. UserToken.Decode(rsa[cut..])!],
            project.Rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            project.Rsa.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
        ];
        Assert.All(forgeries, forgery => Assert.Null(project.Read(rsa[..cut] + TestTokens.Text(forgery))));
    }

    [Theory]
    [InlineData("iss", null)]
    [InlineData("iss", "\"https://evil.example/auth/v1\"")]
    [InlineData("iss", "\"https://example.supabase.co/auth/v1/\"")]
    [InlineData("is_anonymous", "true")]
    [InlineData("is_anonymous", "\"false\"")]
    [InlineData("is_anonymous", "null")]
    [InlineData("role", "\"service_role\"")]
    [InlineData("role", "\"anon\"")]
    [InlineData("aud", "\"service\"")]
    [InlineData("exp", "1799999940")]
    [InlineData("nbf", "1800000061")]
    [InlineData("iat", "1900000000")]
    [InlineData("sub", "\"root\"")]
    public void A_well_signed_claim_that_is_not_a_users_is_refused(string name, string? json) => Assert.All(
        [project.Es256(claims: TestTokens.Claims(name, json)), project.Rs256(claims: TestTokens.Claims(name, json))],
        token => Assert.Null(project.Read(token)));

    [Fact]
    public void Claims_that_were_exchanged_and_endless_tokens_are_refused()
    {
        var (mine, theirs) = (project.Es256().Split('.'), project.Es256(claims: TestTokens.Claims("role", "\"service_role\"")).Split('.'));
        Assert.Null(project.Read($"{mine[0]}.{theirs[1]}.{mine[2]}"));
        Assert.Null(project.Read($"{mine[0]}.{project.Rs256().Split('.')[1]}.{theirs[2]}"));
        Assert.Null(project.Read(project.Es256(claims: TestTokens.Claims("padding", $"\"{new string('a', 100_000)}\""))));
        Assert.Null(project.Read(new string('.', 100_000)));
    }

    [Theory]
    [InlineData("\"crv\":\"P-256\"", "\"crv\":\"P-384\"")]
    [InlineData("\"crv\":\"P-256\"", "\"crv\":\"secp256k1\"")]
    [InlineData("\"alg\":\"ES256\"", "\"alg\":\"HS256\"")]
    [InlineData("\"alg\":\"ES256\"", "\"alg\":[\"ES256\"]")]
    [InlineData("\"use\":\"sig\"", "\"use\":\"enc\"")]
    [InlineData("\"kty\":\"EC\"", "\"kty\":\"oct\"")]
    [InlineData("\"kid\":\"ec\"", "\"kid\":\"\"")]
    [InlineData("\"kid\":\"ec\"", "\"kid\":7")]
    [InlineData("\"x\":\"", "\"x\":\"AA")]
    [InlineData("\"y\":\"", "\"z\":\"")]
    public void A_published_key_of_another_kind_is_no_key(string found, string replaced)
    {
        var jwk = project.CurveJwk("ec");
        Assert.NotNull(TokenKey.Read(JsonElement.Parse(jwk)));
        Assert.Contains(found, jwk, StringComparison.Ordinal);
        Assert.Null(TokenKey.Read(JsonElement.Parse(jwk.Replace(found, replaced, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_point_beside_the_curve_and_a_short_modulus_are_no_keys()
    {
        var point = project.Curve.ExportParameters(false).Q;
        var (x, y) = (TestTokens.Text(point.X!), TestTokens.Text(point.Y!));
        Assert.Null(TokenKey.Read(JsonElement.Parse($$"""{"kty":"EC","crv":"P-256","kid":"ec","x":"{{y}}","y":"{{x}}"}""")));
        using var small = RSA.Create(1024);
        var weak = small.ExportParameters(false);
        Assert.Null(TokenKey.Read(JsonElement.Parse(
            $$"""{"kty":"RSA","kid":"rsa","n":"{{TestTokens.Text(weak.Modulus!)}}","e":"AQAB"}""")));
        Assert.Null(TokenKey.Read(JsonElement.Parse(project.RsaJwk("rsa").Replace("\"AQAB\"", "\"AQ\"", StringComparison.Ordinal))));
    }

    public void Dispose() => project.Dispose();
}
