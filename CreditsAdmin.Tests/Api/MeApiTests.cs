using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>What is under /v1/me is about whoever asks, who must be a user.</summary>
public class MeApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task A_user_sees_who_they_are_and_what_is_theirs()
    {
        var (ana, bo) = (await App.PersonAsync("ana@example.com"), await App.PersonAsync("bo@example.com"));
        var api = await App.ApiClientAsync();
        var job = (await api.ChargeAsync(ana, 2))["id"];
        await api.ChargeAsync(bo, 1);
        using var user = App.UserClient(ana);

        var me = await user.ReadAsync("/v1/me");
        Assert.Equal((200, ana.ToString(), "ana@example.com"), (me.Status, me["user"], me["email"]));
        var balance = await user.ReadAsync("/v1/me/balance");
        Assert.Equal(("3", "2"), (balance["available"], balance["held"]));
        Assert.Equal(balance.Text, (await user.ReadAsync($"/v1/balances/{ana}")).Text);
        Assert.Equal(job, (await user.ReadAsync("/v1/me/jobs")).Json.GetProperty("data")[0].GetProperty("id").GetString());
        foreach (var list in new[] { "jobs", "grants", "ledger_entries?kind=charge" })
        {
            var rows = (await user.ReadAsync($"/v1/me/{list}")).Json.GetProperty("data").EnumerateArray().ToList();
            Assert.Equal(ana.ToString(), Assert.Single(rows).GetProperty("user").GetString());
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/balance")]
    [InlineData("GET", "/jobs")]
    [InlineData("GET", "/ledger_entries")]
    [InlineData("GET", "/grants")]
    [InlineData("GET", "/receipts")]
    [InlineData("POST", "/receipts")]
    public async Task A_key_is_told_that_it_is_no_user_and_nobody_is_401(string method, string path)
    {
        var api = await App.ApiClientAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/v1/me{path}");
        var refused = await ApiCalls.ReadAsync(await api.SendAsync(request, Cancel));
        using var nobody = new HttpClient { BaseAddress = api.BaseAddress };
        using var anonymous = new HttpRequestMessage(new HttpMethod(method), $"/v1/me{path}");

        Assert.Equal((403, "forbidden"), (refused.Status, refused["code"]));
        Assert.StartsWith("An API key is not a user", refused["detail"], StringComparison.Ordinal);
        Assert.Equal(401, (int)(await nobody.SendAsync(anonymous, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Somebody_without_an_account_is_not_there()
    {
        using var user = App.UserClient(Guid.NewGuid());

        Assert.Equal(404, (await user.ReadAsync("/v1/me")).Status);
        Assert.Equal(404, (await user.ReadAsync("/v1/me/balance")).Status);
        Assert.Equal(0, (await user.ReadAsync("/v1/me/jobs")).Json.GetProperty("data").GetArrayLength());
        Assert.Equal(400, (await user.ReadAsync($"/v1/me/jobs?user={Guid.NewGuid()}")).Status);
    }
}
