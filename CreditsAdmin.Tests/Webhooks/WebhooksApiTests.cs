using System.Text.Json;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>Endpoints and deliveries as a front end manages them. Private addresses are refused here, as they are unless
/// somebody allows them.</summary>
public class WebhooksApiTests(CreditsApp app) : AppTest(app)
{
    private static readonly string[] Events = ["job.refunded", "balance.low"];

    private HttpClient api = null!;

    public override async ValueTask InitializeAsync()
    {
        await App.Database.ExecuteAsync("DELETE FROM credits.webhook_events");
        await App.Database.ExecuteAsync("DELETE FROM credits.webhook_endpoints");
        api = await App.ApiClientAsync("webhooks:write");
    }

    [Fact]
    public async Task An_endpoint_shows_its_secret_once_changes_and_goes()
    {
        var made = await api.PostAsync("/v1/webhook_endpoints", new { url = "https://example.com/hooks", events = Events });
        var path = $"/v1/webhook_endpoints/{made["id"]}";
        var found = await api.ReadAsync(path);
        var list = await api.ReadAsync("/v1/webhook_endpoints");
        var changed = await ChangeAsync(path, """{"url":"https://example.com/other","events":["grant.expiring"],"enabled":false}""");
        var rotated = await api.PostAsync($"/v1/webhook_endpoints/whe_{made["id"]}/rotate_secret");
        var removed = await api.DeleteAsync(path, Cancel);

        Assert.Equal(201, made.Status);
        Assert.Equal(path, made.Response.Headers.Location!.ToString());
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", made["secret"]);
        Assert.Equal((200, "True", """["balance.low","job.refunded"]"""), (found.Status, found["enabled"], found["events"]));
        Assert.DoesNotContain("secret", found.Text + list.Text + changed.Text, StringComparison.Ordinal);
        Assert.Equal(made["id"], Assert.Single(list.Json.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal((200, "https://example.com/other", """["grant.expiring"]""", "Switched off"),
            (changed.Status, changed["url"], changed["events"], changed["disabled_reason"]));
        Assert.NotEqual(made["secret"], rotated["secret"]);
        Assert.Equal(204, (int)removed.StatusCode);
        Assert.Equal((404, "unknown_webhook_endpoint"), (await api.ReadAsync(path) is var gone ? gone.Status : 0, gone["code"]));
        Assert.Empty((await api.ReadAsync("/v1/webhook_endpoints")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(0L, await App.Database.ScalarAsync<long>("SELECT count(*) FROM credits.webhook_secrets"));
        var audit = await App.Database.ScalarAsync<string>("SELECT string_agg(action || coalesce(before::text, '') "
            + "|| coalesce(after::text, ''), ' ' ORDER BY id) FROM credits.audit_log WHERE subject_id = $1", made["id"]!);
        Assert.Matches("webhook_endpoint.create.*webhook_endpoint.change.*webhook_endpoint.rotate_secret.*webhook_endpoint.remove", audit);
        Assert.DoesNotContain("whsec_", audit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"events":["balance.low"]}""", "url")]
    [InlineData("""{"url":"https://example.com/"}""", "events")]
    [InlineData("""{"url":"https://example.com/","events":[]}""", "events")]
    [InlineData("""{"url":"https://example.com/","events":["balance.high"]}""", "events")]
    [InlineData("""{"url":"https://example.com/","events":"balance.low"}""", "events")]
    [InlineData("""{"url":"https://example.com/","events":[null]}""", "events")]
    [InlineData("""{"url":"https://example.com/","events":[["balance.low"]]}""", "events")]
    [InlineData("""{"url":"http://example.com/","events":["balance.low"]}""", "url")]
    [InlineData("""{"url":"https://169.254.169.254/","events":["balance.low"]}""", "url")]
    [InlineData("""{"url":"https://localhost/","events":["balance.low"]}""", "url")]
    [InlineData("""{"url":"https://2130706433/","events":["balance.low"]}""", "url")]
    [InlineData("""{"url":5,"events":["balance.low"]}""", "url")]
    [InlineData("""{"url":"https://example.com/","events":["balance.low"],"secret":"whsec_mine"}""", "secret")]
    public async Task What_cannot_be_used_is_refused_and_named(string body, string field)
    {
        var refused = await api.PostAsync("/v1/webhook_endpoints", body);

        Assert.Equal((400, "invalid_input"), (refused.Status, refused["code"]));
        Assert.Contains(field, refused.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
        Assert.Equal(0L, await App.Database.ScalarAsync<long>("SELECT count(*) FROM credits.webhook_endpoints"));
    }

    [Fact]
    public async Task An_address_counts_once_and_there_are_twenty_endpoints_at_most()
    {
        foreach (var number in Enumerable.Range(1, 20))
            Assert.Equal(201, (await api.PostAsync("/v1/webhook_endpoints", new { url = $"https://example.com/{number}", events = Events })).Status);

        var taken = await api.PostAsync("/v1/webhook_endpoints", new { url = "https://example.com/1", events = Events });
        var tooMany = await api.PostAsync("/v1/webhook_endpoints", new { url = "https://example.com/21", events = Events });

        Assert.Equal((409, "webhook_url_taken"), (taken.Status, taken["code"]));
        Assert.Equal((409, "too_many_webhook_endpoints"), (tooMany.Status, tooMany["code"]));
    }

    [Fact]
    public async Task Deliveries_are_listed_by_what_they_are_and_page_by_page()
    {
        var one = await api.PostAsync("/v1/webhook_endpoints", new { url = "https://example.com/1", events = Events });
        await api.PostAsync("/v1/webhook_endpoints", new { url = "https://example.com/2", events = Events });
        await App.Database.ExecuteAsync("UPDATE credits.webhook_deliveries SET next_attempt_at = 'infinity'");
        var user = await App.Database.SignUpAsync(free: 0, paid: 10);
        foreach (var key in new[] { "a", "b", "c" })
            await App.Database.ExecuteAsync("SELECT fail_job(id) FROM charge_credits($1, 'image', 1, $2)", user, key);

        var first = await api.ReadAsync("/v1/webhook_deliveries?limit=4&type=job.refunded");
        var rest = await api.ReadAsync($"/v1/webhook_deliveries?limit=4&type=job.refunded&before={first["next_cursor"]}");
        var ofOne = await api.ReadAsync($"/v1/webhook_deliveries?endpoint=whe_{one["id"]}");
        var ofEvent = await api.ReadAsync($"/v1/webhook_deliveries?event=msg_{Data(first)[0].GetProperty("event").GetString()}");
        var lows = await api.ReadAsync("/v1/webhook_deliveries?type=balance.low");

        Assert.Equal((4, "True", 2, "False"), (Data(first).Length, first["has_more"], Data(rest).Length, rest["has_more"]));
        Assert.Equal(6, Data(first).Concat(Data(rest)).Select(delivery => delivery.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal((3, 2, 0), (Data(ofOne).Length, Data(ofEvent).Length, Data(lows).Length));
        Assert.All(Data(ofOne), delivery => Assert.Equal(user.ToString(), delivery.GetProperty("user").GetString()));
    }

    [Theory]
    [InlineData("type=balance.high", 400)]
    [InlineData("status=lost", 400)]
    [InlineData("endpoint=1", 400)]
    [InlineData("before=1", 400)]
    [InlineData("limit=201", 400)]
    [InlineData("user=1", 400)]
    [InlineData("status=failed", 200)]
    public async Task A_question_that_means_nothing_is_refused(string query, int status) =>
        Assert.Equal(status, (await api.ReadAsync($"/v1/webhook_deliveries?{query}")).Status);

    [Theory]
    [InlineData("GET", "/v1/webhook_endpoints/ID", "unknown_webhook_endpoint")]
    [InlineData("PATCH", "/v1/webhook_endpoints/ID", "unknown_webhook_endpoint")]
    [InlineData("DELETE", "/v1/webhook_endpoints/ID", "unknown_webhook_endpoint")]
    [InlineData("POST", "/v1/webhook_endpoints/ID/rotate_secret", "unknown_webhook_endpoint")]
    [InlineData("POST", "/v1/webhook_endpoints/ID/test", "unknown_webhook_endpoint")]
    [InlineData("GET", "/v1/webhook_deliveries/ID", "unknown_webhook_delivery")]
    [InlineData("POST", "/v1/webhook_deliveries/ID/resend", "unknown_webhook_delivery")]
    public async Task What_is_not_there_is_404_and_without_the_scope_403(string method, string path, string code)
    {
        using var other = await App.ApiClientAsync("jobs:write", "balances:read");
        foreach (var id in new[] { Guid.NewGuid().ToString(), "1" })
        {
            var unknown = await SendAsync(api, method, path.Replace("ID", id, StringComparison.Ordinal));
            var forbidden = await SendAsync(other, method, path.Replace("ID", id, StringComparison.Ordinal));

            Assert.Equal((404, code, 403), (unknown.Status, unknown["code"], forbidden.Status));
        }
    }

    [Fact]
    public async Task Another_address_begins_anew()
    {
        var made = await SendAsync(api, "POST", "/v1/webhook_endpoints",
            $$"""{"url":"https://example.com/{{Guid.NewGuid()}}","events":["balance.low"]}""");
        var path = $"/v1/webhook_endpoints/{made["id"]}";
        await App.Database.ExecuteAsync("UPDATE credits.webhook_endpoints SET failing_since = now() - interval '6 days'");

        Assert.NotEqual("", (await ChangeAsync(path, """{"events":["job.refunded"]}"""))["failing_since"]);
        Assert.Equal("", (await ChangeAsync(path, $$"""{"url":"https://example.com/{{Guid.NewGuid()}}"}"""))["failing_since"]);
    }

    private static JsonElement[] Data(Answer answer) => [.. answer.Json.GetProperty("data").EnumerateArray()];

    private Task<Answer> ChangeAsync(string path, string body) => SendAsync(api, "PATCH", path, body);

    private static async Task<Answer> SendAsync(HttpClient client, string method, string path, string body = "{}")
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (method is not ("GET" or "DELETE")) request.Content = new StringContent(body, null, "application/json");
        return await ApiCalls.ReadAsync(await client.SendAsync(request, Cancel));
    }
}
