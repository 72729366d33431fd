using System.Net;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.RateLimits;

/// <summary>An app with small limits whose windows do not end while a test runs.</summary>
public class LimitedApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["RateLimits:Key:Reads"] = "3/1000000",
        ["RateLimits:Key:Writes"] = "4/1000000 sliding",
        ["RateLimits:User:Reads"] = "2/1000000",
        ["RateLimits:Address:Reads"] = "5/1000000",
        ["RateLimits:Address:SignIn"] = "2/1000000",
        ["RateLimits:Address:Writes"] = "off",
    };
}

/// <summary>The limits of the app itself, over HTTP.</summary>
public class RateLimitsApiTests(LimitedApp app) : IClassFixture<LimitedApp>
{
    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_reads_as_often_as_its_limit_says_and_learns_in_headers_what_is_left()
    {
        var api = await app.ApiClientAsync();
        var user = await app.Database.SignUpAsync();
        for (var left = 2; left >= 0; left--)
        {
            var read = await api.ReadAsync($"/v1/balances/{user}");
            Assert.Equal(200, read.Status);
            Assert.Equal("\"key-reads\";q=3;w=1000000", Header(read, "RateLimit-Policy"));
            Assert.Matches($"""^"key-reads";r={left};t=\d+$""", Header(read, "RateLimit"));
        }

        var refused = await api.ReadAsync($"/v1/balances/{user}");

        Assert.Equal((429, "rate_limited", "/problems/rate-limited"), (refused.Status, refused["code"], refused["type"]));
        Assert.InRange(refused.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 1_000_000);
        Assert.Matches("""^"key-reads";r=0;t=\d+$""", Header(refused, "RateLimit"));
        // Another kind of request and another key have limits of their own.
        Assert.Equal(201, (await api.ChargeAsync(user)).Status);
        Assert.Equal(200, (await (await app.ApiClientAsync()).ReadAsync($"/v1/balances/{user}")).Status);
    }

    [Fact]
    public async Task A_refused_charge_charges_nothing_and_leaves_its_trace()
    {
        var api = await app.ApiClientAsync();
        var user = await app.Database.SignUpAsync();
        for (var i = 0; i < 4; i++) Assert.Equal(201, (await api.ChargeAsync(user)).Status);
        for (var i = 0; i < 3; i++) Assert.Equal(429, (await api.ChargeAsync(user)).Status);

        Assert.Equal((1, 0), await app.Database.BalanceAsync(user));
        var deadline = DateTimeOffset.UtcNow.AddSeconds(20);
        List<RateLimitRefusals> refusals;
        do
        {
            refusals = await app.Database.Credits.ReadAsync(db => RateLimitQueries.RefusalsAsync(db, 100, Cancel));
            Assert.True(DateTimeOffset.UtcNow < deadline, "The refusals were not written down.");
        }
        while (!refusals.Any(one => one is { Type: "app:key-writes", Refused: 3, Sliding: true, MaxRequests: 4 }));
        await Laws.AssertAsync(app.Database);
    }

    [Fact]
    public async Task Two_instances_let_through_exactly_the_limit()
    {
        await using var second = new SecondApp(app.Database.OwnerConnectionString);
        await second.InitializeAsync();
        var api = await app.ApiClientAsync();
        using var other = second.ClientWith(api.DefaultRequestHeaders.Authorization!.Parameter!);
        var user = await app.Database.SignUpAsync(free: 1000, paid: 0);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => StatusAsync(i % 2 == 0 ? api : other, user)));

        Assert.Equal(4, statuses.Count(status => status == 201));
        Assert.Equal(36, statuses.Count(status => status == 429));
        Assert.Equal((996, 0), await app.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_user_is_limited_by_who_they_are()
    {
        var (ana, bo) = (await app.Database.SignUpAsync(), await app.Database.SignUpAsync());
        using var first = app.ClientWith(UserTokens.Of(ana));
        using var second = app.ClientWith(UserTokens.Of(ana, expiresIn: TimeSpan.FromHours(2)));
        using var bos = app.ClientWith(UserTokens.Of(bo));

        Assert.Equal(200, (await first.ReadAsync($"/v1/balances/{ana}")).Status);
        Assert.Equal(200, (await second.ReadAsync($"/v1/balances/{ana}")).Status);
        Assert.Equal(429, (await first.ReadAsync($"/v1/balances/{ana}")).Status);
        Assert.Equal(200, (await bos.ReadAsync($"/v1/balances/{bo}")).Status);
    }

    [Fact]
    public async Task Whoever_shows_nothing_valid_is_limited_by_address_and_cannot_forge_another()
    {
        // The address is every test's; what they use of it is counted here.
        var statuses = new List<int>();
        for (var i = 0; i < 7; i++)
        {
            using var stranger = app.ClientWith($"ca_live_00000000_{i:D43}");
            stranger.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{i}");
            stranger.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            statuses.Add((await stranger.ReadAsync($"/v1/balances/{Guid.NewGuid()}")).Status);
        }

        Assert.Equal([401, 401, 401, 401, 401, 429, 429], statuses);
        using var browser = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };
        var page = await browser.GetAsync("/sign-in", Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.Contains("Too many requests", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(200, (await browser.ReadAsync("/health/live")).Status);
        Assert.Equal(200, (await browser.ReadAsync("/health/ready")).Status);
        // A good credential at the same address is not held back by them.
        var user = await app.Database.SignUpAsync();
        Assert.Equal(200, (await (await app.ApiClientAsync()).ReadAsync($"/v1/balances/{user}")).Status);
    }

    [Fact]
    public async Task Passwords_can_be_tried_as_often_as_the_address_may()
    {
        using var browser = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            using var form = new FormUrlEncodedContent([new("_handler", "sign-in"), new("Form.Email", "a@b.c")]);
            statuses.Add((int)(await browser.PostAsync("/sign-in", form, Cancel)).StatusCode);
        }

        // Without the page's own token a form is refused; what counts here is when it is no longer looked at.
        Assert.Equal([400, 400, 429, 429], statuses);
    }

    private static async Task<int> StatusAsync(HttpClient client, Guid user) => (await client.ChargeAsync(user)).Status;

    private static string Header(Answer answer, string name) => answer.Response.Headers.GetValues(name).Single();

    private sealed class SecondApp(string connectionString) : LimitedApp(null!)
    {
        protected override Task<string> ConnectionStringAsync() => Task.FromResult(connectionString);
    }
}
