using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>What an API key may give and take back, and who sees it.</summary>
public class GrantsApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task A_grant_is_made_once_and_answered_the_same()
    {
        var (api, user) = (await App.ApiClientAsync("grants:write", "balances:read"), await App.Database.SignUpAsync());
        var body = new
        {
            user = $"user_{user}",
            credits = 20,
            category = "promotional",
            reason = "Welcome back",
            priority = 7,
            expires_at = DateTime.UtcNow.AddDays(9).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };

        var made = await api.PostAsync("/v1/grants", body, "k");
        var again = await api.PostAsync("/v1/grants", body, "k");

        Assert.Equal((201, "open", "20", "7"), (made.Status, made["status"], made["credits"], made["priority"]));
        Assert.Equal("25", made.Json.GetProperty("balance").GetProperty("available").ToString());
        Assert.Equal((made.Text, true, false), (again.Text, again.Replayed, made.Replayed));
        Assert.Equal(422, (await api.PostAsync("/v1/grants", body with { credits = 21 }, "k")).Status);
        var found = await api.ReadAsync(made.Response.Headers.Location!.ToString());
        Assert.Equal(("manual", "20", body.expires_at), (found["source"], found["remaining"], found["expires_at"]));
        Assert.Equal(2, (await api.ReadAsync($"/v1/grants?user={user}")).Json.GetProperty("data").GetArrayLength());
        Assert.StartsWith("key:", await App.Database.ScalarAsync<string>(
            "SELECT actor FROM credits.audit_log WHERE action = 'credits.grant' AND user_id = $1", user), StringComparison.Ordinal);
        Assert.Equal((25, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_key_grants_no_more_in_a_day_than_one_admin_may_adjust_alone()
    {
        var (one, two) = (await App.ApiClientAsync("grants:write"), await App.ApiClientAsync("grants:write"));
        var (user, other) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        Assert.Equal(403, (await GrantAsync(one, user, 10_001)).Status);
        Assert.Equal(201, (await GrantAsync(one, user, 6_000)).Status);

        // Neither in parts nor by another key.
        var refused = await GrantAsync(two, user, 4_001);
        Assert.Equal((403, "grant_above_limit"), (refused.Status, refused["code"]));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => GrantAsync(i % 2 == 0 ? one : two, user, 1_000)));
        Assert.Equal(4, answers.Count(answer => answer.Status == 201));
        Assert.Equal((10_005, 0), await App.Database.BalanceAsync(user));
        Assert.Equal(201, (await GrantAsync(two, other, 10_000)).Status);
    }

    [Fact]
    public async Task A_key_makes_no_more_than_a_hundred_grants_to_a_user_in_a_day()
    {
        var (api, user) = (await App.ApiClientAsync("grants:write"), await App.Database.SignUpAsync());
        for (var i = 0; i < 100; i++) Assert.Equal(201, (await GrantAsync(api, user, 1)).Status);

        var refused = await GrantAsync(api, user, 1);

        Assert.Equal((403, "grant_above_limit"), (refused.Status, refused["code"]));
        Assert.Equal((105, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_grant_for_a_balance_that_has_moved_is_412()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var tag = (await api.ReadAsync($"/v1/balances/{user}")).Response.Headers.ETag!.Tag;
        await api.ChargeAsync(user);

        var refused = await GrantAsync(api, user, 5, "k", tag);
        Assert.Equal((412, "balance_moved"), (refused.Status, refused["code"]));
        Assert.Equal(412, (await GrantAsync(api, user, 5, "k", "\"nonsense\"")).Status);
        Assert.Equal(412, (await GrantAsync(api, user, 5, "k", $"W/{tag}")).Status);
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));

        var now = (await api.ReadAsync($"/v1/balances/{user}")).Response.Headers.ETag!.Tag;
        var made = await GrantAsync(api, user, 5, "k", now);
        Assert.Equal(201, made.Status);
        // The balance has moved by this very grant: sent again it is answered, not refused.
        Assert.Equal(made.Text, (await GrantAsync(api, user, 5, "k", now)).Text);
    }

    [Fact]
    public async Task A_key_takes_back_what_keys_gave_and_nothing_else()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(0, 50));
        var made = await GrantAsync(api, user, 20);
        await api.ChargeAsync(user, 5);
        var paid = await App.Database.ScalarAsync<Guid>("SELECT id FROM credits.grants WHERE user_id = $1 AND category = 'paid'", user);

        var gone = await api.PostAsync($"/v1/grants/grant_{made["id"]}/void", new { reason = "By mistake" }, "k");
        Assert.Equal((200, "voided", "15"), (gone.Status, gone["status"], gone["taken_back"]));
        Assert.Equal(gone.Text, (await api.PostAsync($"/v1/grants/{made["id"]}/void", new { reason = "By mistake" }, "k")).Text);
        Assert.Equal(409, (await api.PostAsync($"/v1/grants/{made["id"]}/void", new { reason = "Again" })).Status);
        Assert.Equal(403, (await api.PostAsync($"/v1/grants/{paid}/void", new { reason = "Not mine" })).Status);
        Assert.Equal(404, (await api.PostAsync($"/v1/grants/{Guid.NewGuid()}/void", new { reason = "Nobody's" })).Status);
        Assert.Equal((0, 50), await App.Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("credits", "0")]
    [InlineData("credits", "1.5")]
    [InlineData("category", "\"gift\"")]
    [InlineData("reason", "\" \"")]
    [InlineData("priority", "1001")]
    [InlineData("priority", "99999999999")]
    [InlineData("expires_at", "\"2001-01-01T00:00:00Z\"")]
    [InlineData("expires_at", "\"infinity\"")]
    [InlineData("effective_at", "\"2001-01-01T00:00:00Z\"")]
    [InlineData("effective_at", "12")]
    [InlineData("granted_by", "\"me\"")]
    public async Task What_cannot_be_granted_is_400(string name, string json)
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var members = new Dictionary<string, string>
        {
            ["user"] = $"\"{user}\"",
            ["credits"] = "1",
            ["category"] = "\"paid\"",
            ["reason"] = "\"A test\"",
            [name] = json,
        };

        var refused = await api.PostAsync("/v1/grants", "{" + string.Join(",", members.Select(one => $"\"{one.Key}\":{one.Value}")) + "}");

        Assert.Equal((400, name), (refused.Status, refused.Json.GetProperty("errors")[0].GetProperty("field").GetString()));
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Users_see_their_own_grants_and_make_none()
    {
        var (ana, bo) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        var theirs = await App.Database.ScalarAsync<Guid>("SELECT id FROM credits.grants WHERE user_id = $1", bo);
        using var user = App.UserClient(ana);

        var mine = (await user.ReadAsync("/v1/me/grants")).Json.GetProperty("data");
        Assert.Equal(("sign_up", 5), (mine[0].GetProperty("source").GetString(), mine[0].GetProperty("remaining").GetInt32()));
        Assert.Equal(200, (await user.ReadAsync($"/v1/grants/{mine[0].GetProperty("id")}")).Status);
        Assert.Equal(0, (await user.ReadAsync($"/v1/grants?user={bo}")).Json.GetProperty("data").GetArrayLength());
        var (found, missing) = (await user.ReadAsync($"/v1/grants/{theirs}"), await user.ReadAsync($"/v1/grants/{Guid.NewGuid()}"));
        Assert.Equal((404, missing["detail"]), (found.Status, found["detail"]));
        Assert.Equal(403, (await GrantAsync(user, ana, 1)).Status);
        Assert.Equal(403, (await GrantAsync(await App.ApiClientAsync("balances:read"), ana, 1)).Status);
        Assert.Equal((5, 0), await App.Database.BalanceAsync(ana));
    }

    private static async Task<Answer> GrantAsync(
        HttpClient client, Guid user, long credits, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/grants");
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        request.Content = System.Net.Http.Json.JsonContent.Create(new { user, credits, category = "promotional", reason = "A test" });
        return await ApiCalls.ReadAsync(await client.SendAsync(request, Cancel));
    }
}
