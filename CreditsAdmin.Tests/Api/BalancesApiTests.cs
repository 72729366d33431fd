using System.Globalization;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>What a balance says of open jobs, of the future and of the past.</summary>
public class BalancesApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task Open_jobs_hold_what_they_cost_until_they_end()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var (one, two) = (await api.ChargeAsync(user, 2), await api.ChargeAsync(user, 1));
        var open = await api.ReadAsync($"/v1/balances/user_{user}");
        Assert.Equal(("2", "3", "3"), (open["available"], open["held"], open["version"]));

        // Nothing goes back: what is held changes, the balance and its version do not, and the tag must.
        await api.PostAsync($"/v1/jobs/{two["id"]}/complete", new { actual_cost = 1 });
        var ended = await api.ReadAsync($"/v1/balances/{user}");
        Assert.Equal(("2", "2", "3"), (ended["available"], ended["held"], ended["version"]));
        Assert.NotEqual(open.Response.Headers.ETag, ended.Response.Headers.ETag);

        await api.PostAsync($"/v1/jobs/{one["id"]}/fail");
        var last = await api.ReadAsync($"/v1/balances/{user}");
        Assert.Equal(("4", "0", "4"), (last["available"], last["held"], last["version"]));
        Assert.NotEqual(ended.Response.Headers.ETag, last.Response.Headers.ETag);
    }

    [Fact]
    public async Task What_expires_next_is_what_is_left_of_it()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        Assert.Equal("", (await api.ReadAsync($"/v1/balances/{user}"))["next_expiry"]);
        var soon = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds());
        await GrantAsync(user, 10, soon.AddDays(1));
        await GrantAsync(user, 7, soon);

        var before = await api.ReadAsync($"/v1/balances/{user}");
        Assert.Equal((soon, 7), Expiry(before));
        await api.ChargeAsync(user, 3);
        var after = await api.ReadAsync($"/v1/balances/{user}");
        Assert.Equal((soon, 4), Expiry(after));
        Assert.NotEqual(before.Response.Headers.ETag, after.Response.Headers.ETag);

        await api.ChargeAsync(user, 5);
        Assert.Equal((soon.AddDays(1), 9), Expiry(await api.ReadAsync($"/v1/balances/{user}")));
        using var self = App.UserClient(user);
        Assert.Equal((soon.AddDays(1), 9), Expiry(await self.ReadAsync("/v1/me/balance")));
    }

    [Fact]
    public async Task The_past_is_what_the_ledger_says_it_was()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        for (var i = 0; i < 6; i++) await api.ChargeAsync(user, i % 2 == 0 ? 2 : 1, $"{i}");
        var entries = (await api.ReadAsync($"/v1/ledger_entries?user={user}")).Json.GetProperty("data").EnumerateArray();

        foreach (var entry in entries)
        {
            var at = entry.GetProperty("created_at").GetString();
            var was = await api.ReadAsync($"/v1/balances/{user}?as_of={at}");
            Assert.Equal(entry.GetProperty("balance_after").ToString(), was["available"]);
            Assert.Equal(entry.GetProperty("seq").ToString(), was["version"]);
            Assert.Equal(("", at), (was["held"], was["as_of"]));
            Assert.Null(was.Response.Headers.ETag);
        }

        using var self = App.UserClient(user);
        Assert.Equal("0", (await self.ReadAsync("/v1/me/balance?as_of=2001-01-01T00:00:00Z"))["available"]);
    }

    [Theory]
    [InlineData("as_of=yesterday")]
    [InlineData("as_of=2999-01-01T00:00:00Z")]
    [InlineData("as_of=2026-01-31T12:00:00")]
    [InlineData("asof=2026-01-31T12:00:00Z")]
    [InlineData("as_of=2026-01-31T12:00:00Z&as_of=2026-01-31T12:00:00Z")]
    public async Task Another_moment_is_refused(string query)
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());

        Assert.Equal(400, (await api.ReadAsync($"/v1/balances/{user}?{query}")).Status);
    }

    [Fact]
    public async Task Somebody_elses_balance_answers_like_one_that_is_not_there()
    {
        var (ana, bo) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        using var user = App.UserClient(ana);
        foreach (var query in new[] { "", "?as_of=2026-01-31T12:00:00Z" })
        {
            var (theirs, nobodys) = (await user.ReadAsync($"/v1/balances/{bo}{query}"), await user.ReadAsync($"/v1/balances/{Guid.NewGuid()}{query}"));
            Assert.Equal((404, 404), (theirs.Status, nobodys.Status));
            Assert.Equal((nobodys["detail"], nobodys["code"]), (theirs["detail"], theirs["code"]));
        }
    }

    private Task<int> GrantAsync(Guid user, long credits, DateTimeOffset expires) => App.Database.ExecuteAsync(
        "SELECT grant_credits($1, $2, 'promotional', 'A test', $3, p_expires_at => $4)", user, credits, $"{expires.Ticks}", expires);

    private static (DateTimeOffset, long) Expiry(Answer balance)
    {
        var next = balance.Json.GetProperty("next_expiry");
        var at = DateTimeOffset.Parse(next.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);
        return (at, next.GetProperty("credits").GetInt64());
    }
}
