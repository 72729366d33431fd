using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.RateLimits;

/// <summary>POST /v1/rate_limits/check: a front end's limits for its own users.</summary>
public class RateLimitCheckApiTests(CreditsApp app) : AppTest(app)
{
    private const string Path = "/v1/rate_limits/check";

    [Theory]
    [InlineData("fixed")]
    [InlineData("sliding")]
    [InlineData(null)]
    public async Task It_counts_and_answers_200_whether_the_request_may_go_on_or_not(string? algorithm)
    {
        var api = await App.ApiClientAsync("rate_limits:check");
        var limit = new { identifier = $"{Guid.NewGuid()}", type = "user", max_requests = 2, window_seconds = 1_000_000, algorithm };

        var answers = new[] { await api.PostAsync(Path, limit), await api.PostAsync(Path, limit), await api.PostAsync(Path, limit) };

        Assert.Equal([200, 200, 200], answers.Select(one => one.Status));
        Assert.Equal(["True", "True", "False"], answers.Select(one => one["allowed"]));
        Assert.Equal(["1", "2", "2"], answers.Select(one => one["current_count"]));
        Assert.Equal(["1", "0", "0"], answers.Select(one => one["remaining"]));
        Assert.All(answers, one => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", one["window_end"]));
        Assert.Equal("0", answers[1]["retry_after"]);
        Assert.True(answers[2].Json.GetProperty("retry_after").GetInt64() > 0);
    }

    [Theory]
    [InlineData("""{"type":"user","max_requests":1,"window_seconds":1}""", "identifier")]
    [InlineData("""{"identifier":"","type":"user","max_requests":1,"window_seconds":1}""", "identifier")]
    [InlineData("""{"identifier":"a","max_requests":1,"window_seconds":1}""", "type")]
    [InlineData("""{"identifier":"a","type":"app:key-writes","max_requests":60000,"window_seconds":60}""", "type")]
    [InlineData("""{"identifier":"a","type":"user","window_seconds":1}""", "max_requests")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":0,"window_seconds":1}""", "max_requests")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":1e30,"window_seconds":1}""", "max_requests")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":9223372036854775807,"window_seconds":1}""", "max_requests")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":1}""", "window_seconds")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":1,"window_seconds":-5}""", "window_seconds")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":1,"window_seconds":1,"algorithm":"leaky"}""", "algorithm")]
    [InlineData("""{"identifier":"a","type":"user","max_requests":1,"window_seconds":1,"burst":5}""", "burst")]
    public async Task What_is_no_limit_is_400_and_names_the_member(string body, string field)
    {
        var api = await App.ApiClientAsync("rate_limits:check");

        var refused = await api.PostAsync(Path, body);

        Assert.Equal(400, refused.Status);
        Assert.Equal(field, refused.Json.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task It_needs_its_scope() =>
        Assert.Equal(403, (await (await App.ApiClientAsync("jobs:write")).PostAsync(Path, "{}")).Status);
}
