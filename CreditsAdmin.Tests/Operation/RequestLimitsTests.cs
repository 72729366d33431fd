using System.Net;
using System.Net.Sockets;
using System.Text;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Operation;

/// <summary>An app that gives every request of the API two seconds.</summary>
public class ImpatientApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?> { ["Requests:Seconds"] = "2" };
}

/// <summary>How long and how much a request may ask.</summary>
public class RequestLimitsTests(ImpatientApp app) : IClassFixture<ImpatientApp>
{
    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_takes_too_long_is_503_and_can_be_sent_again()
    {
        var api = await app.ApiClientAsync();
        var user = await app.Database.SignUpAsync();
        var key = Guid.NewGuid().ToString();
        Answer late;
        await using (await HeldAccount.HoldAsync(app.Database, user)) late = await api.ChargeAsync(user, key: key);

        Assert.Equal((503, "service_unavailable"), (late.Status, late["code"]));
        Assert.NotNull(late.Response.Headers.RetryAfter);
        Assert.True(late.Response.Headers.Contains("X-Request-Id"));
        var deadline = DateTimeOffset.UtcNow.AddSeconds(20);
        while ((await api.ChargeAsync(user, key: key)).Status != 201) Assert.True(DateTimeOffset.UtcNow < deadline);
        Assert.Equal((4, 0), await app.Database.BalanceAsync(user));
        await Laws.AssertAsync(app.Database);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for()
    {
        var api = await app.ApiClientAsync();
        var token = api.DefaultRequestHeaders.Authorization!.Parameter;
        var uri = new Uri(app.BaseUrl);
        using var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port, Cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/jobs HTTP/1.1\r\nHost: {uri.Authority}\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: k\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"user\":"), Cancel);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 503", await reader.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    [Fact]
    public async Task Headers_beyond_all_reason_are_refused()
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };
        client.DefaultRequestHeaders.Add("X-Long", new string('a', 40_000));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await client.GetAsync("/health/live", Cancel)).StatusCode);
        Assert.Empty((await new HttpClient().GetAsync($"{app.BaseUrl}/health/live", Cancel)).Headers.Server);
    }
}
