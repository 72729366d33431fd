using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Operation;

/// <summary>An app that pages of one other host may call.</summary>
public class OpenApp(TestCluster cluster) : CreditsApp(cluster)
{
    public const string Origin = "https://app.example.com";

    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Cors:Origins"] = $"{Origin},https://www.example.com:8443",
        ["RateLimits:Address:Writes"] = "1/1000000",
    };
}

/// <summary>What browsers are told about pages of other hosts.</summary>
public class CrossOriginTests(OpenApp app, CreditsApp closed) : IClassFixture<OpenApp>, IClassFixture<CreditsApp>
{
    [Theory]
    [InlineData(OpenApp.Origin)]
    [InlineData("https://www.example.com:8443")]
    public async Task A_configured_origin_may_ask_and_read_the_headers(string origin)
    {
        var preflight = await AskAsync(app, HttpMethod.Options, origin, "POST");
        Assert.Equal(204, (int)preflight.StatusCode);
        Assert.Equal(origin, Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(preflight, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("Idempotency-Key", Header(preflight, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("600", Header(preflight, "Access-Control-Max-Age"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Credentials"));

        // A refused request tells it too, or the page could not read why; the second of these is over its limit.
        for (var i = 0; i < 2; i++)
        {
            var refused = await AskAsync(app, HttpMethod.Post, origin, preflightFor: null);
            Assert.True((int)refused.StatusCode is 401 or 429, $"{refused.StatusCode}");
            Assert.Equal(origin, Header(refused, "Access-Control-Allow-Origin"));
            var exposed = Header(refused, "Access-Control-Expose-Headers")!.Split(',');
            Assert.Superset(
                new HashSet<string> { "RateLimit", "RateLimit-Policy", "Retry-After", "Idempotent-Replayed", "X-Request-Id", "ETag" },
                new HashSet<string>(exposed));
        }
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com.evil.com")]
    [InlineData("null")]
    public async Task Another_origin_may_not(string origin)
    {
        foreach (var some in new[] { app, closed })
        {
            Assert.Null(Header(await AskAsync(some, HttpMethod.Options, origin, "POST"), "Access-Control-Allow-Origin"));
            Assert.Null(Header(await AskAsync(some, HttpMethod.Get, origin, preflightFor: null), "Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Without_the_setting_nobody_may() =>
        Assert.Null(Header(await AskAsync(closed, HttpMethod.Options, OpenApp.Origin, "POST"), "Access-Control-Allow-Origin"));

    private static async Task<HttpResponseMessage> AskAsync(
        CreditsApp app, HttpMethod method, string origin, string? preflightFor)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, $"{app.BaseUrl}/v1/jobs");
        request.Headers.Add("Origin", origin);
        if (preflightFor is not null)
        {
            request.Headers.Add("Access-Control-Request-Method", preflightFor);
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,idempotency-key");
        }

        return await client.SendAsync(request, Xunit.TestContext.Current.CancellationToken);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;
}
