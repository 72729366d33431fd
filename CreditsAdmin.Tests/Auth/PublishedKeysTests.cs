using System.Net;
using System.Net.Http.Headers;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace CreditsAdmin.Tests.Auth;

/// <summary>The app of a project that publishes its keys.</summary>
public sealed class PublishedKeysApp(TestCluster cluster) : CreditsApp(cluster)
{
    private KeyServer server = null!;

    internal TestTokens Project { get; } = new();

    protected override async Task<string> ConnectionStringAsync()
    {
        server = (await KeyServer.StartAsync()).Publish(Project.Jwks);
        return await base.ConnectionStringAsync();
    }

    protected override IHost CreateHost(IHostBuilder builder)
    {
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Supabase:JwksUrl"] = server.Address,
                ["Supabase:Url"] = TestTokens.Issuer.Replace("/auth/v1", "", StringComparison.Ordinal),
            }));
        return base.CreateHost(builder);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await server.DisposeAsync();
        Project.Dispose();
    }
}

/// <summary>Users' tokens over HTTP: what is good is its user, and nothing else learns why it is not.</summary>
public sealed class PublishedKeysTests(PublishedKeysApp app) : IClassFixture<PublishedKeysApp>
{
    private readonly TestTokens project = app.Project;

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_token_of_each_kind_is_its_user()
    {
        var ana = await app.Database.SignUpAsync();
        var claims = Claims(user: ana);
        foreach (var token in new[] { project.Es256(claims: claims), project.Rs256(claims: claims), project.Hs256(claims: claims) })
        {
            using var user = app.ClientWith(token);
            Assert.Equal(ana.ToString(), (await user.ReadAsync("/v1/me"))["user"]);
        }
    }

    [Fact]
    public async Task Every_forgery_is_401_with_the_same_words()
    {
        var pem = project.Rsa.ExportSubjectPublicKeyInfoPem();
        string[] forgeries =
        [
            TestTokens.Sign("""{"alg":"none"}""", Claims(), _ => [0]), project.Es256("""{"alg":"ES256","kid":"gone"}""", Claims()),
            project.Es256("""{"alg":"ES256","kid":"../../etc/passwd"}""", Claims()),
            project.Hs256("""{"alg":"HS256","kid":"rsa"}""", Claims(), System.Text.Encoding.ASCII.GetBytes(pem)),
            project.Es256(claims: Claims("role", "\"service_role\"")), project.Es256(claims: Claims("exp", "1")),
            project.Es256(claims: Claims("iss", "\"https://evil.example/auth/v1\"")), project.Es256(claims: Claims("sub", "\"me\"")),
            project.Es256(claims: Claims("is_anonymous", "true")), project.Es256(claims: Claims())[..^4] + "AAAA",
            project.Es256(claims: Claims("padding", $"\"{new string('a', 9_000)}\"")), "v1.refresh_token", "....",
        ];
        var answers = new HashSet<string>();
        foreach (var forgery in forgeries)
        {
            using var user = app.ClientWith(forgery);
            var refused = await user.ReadAsync("/v1/me");
            Assert.Equal(401, refused.Status);
            answers.Add(refused.Text.Replace(refused["request_id"]!, "", StringComparison.Ordinal));
        }

        Assert.Single(answers);
    }

    [Fact]
    public async Task Two_headers_and_a_hundred_kilobytes_are_nobody()
    {
        var good = project.Es256(claims: Claims(user: await app.Database.SignUpAsync()));
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };
        using var twice = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        twice.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {good}", $"Bearer {good}"]);
        using var spaced = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        spaced.Headers.TryAddWithoutValidation("Authorization", $"Bearer  {good}");
        using var endless = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        endless.Headers.Authorization = new AuthenticationHeaderValue("Bearer", good + new string('a', 100_000));

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(twice, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(spaced, Cancel)).StatusCode);
        // More than any header may have: the server itself says so, before anybody looks at it.
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await client.SendAsync(endless, Cancel)).StatusCode);
    }

    private static string Claims(string? name = null, string? json = null, Guid? user = null) =>
        TestTokens.Claims(name, json, DateTimeOffset.UtcNow, user);
}
