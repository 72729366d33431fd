using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace CreditsAdmin.Tests.Api;

/// <summary>Who may call what: API keys with scopes, users with their own token, nobody.</summary>
public class AccessTests(CreditsApp app) : AppTest(app)
{
    [Theory]
    [InlineData("jobs:write", 201, 200, 403, 403)]
    [InlineData("jobs:read", 403, 200, 403, 403)]
    [InlineData("balances:read", 403, 403, 200, 403)]
    [InlineData("ledger:read", 403, 403, 403, 200)]
    public async Task A_key_does_what_its_scopes_say(string scope, int charge, int job, int balance, int ledger)
    {
        var user = await App.Database.SignUpAsync();
        var someJob = await (await App.ApiClientAsync()).ChargeAsync(user);
        var api = await App.ApiClientAsync(scope);

        Assert.Equal(charge, (await api.ChargeAsync(user)).Status);
        Assert.Equal(job, (await api.ReadAsync($"/v1/jobs/{someJob["id"]}")).Status);
        Assert.Equal(balance, (await api.ReadAsync($"/v1/balances/{user}")).Status);
        Assert.Equal(ledger, (await api.ReadAsync($"/v1/ledger_entries?user={user}")).Status);
    }

    [Theory]
    [InlineData("ca_live_00000000_0000000000000000000000000000000000000000000")]
    [InlineData("ca_live_")]
    [InlineData("anything")]
    [InlineData("a.b.c")]
    public async Task An_unknown_key_is_401_and_learns_nothing(string token)
    {
        using var api = App.ClientWith(token);

        var refused = await api.ReadAsync($"/v1/balances/{Guid.NewGuid()}");

        Assert.Equal((401, "/problems/unauthorized"), (refused.Status, refused["type"]));
        Assert.Equal("Bearer", refused.Response.Headers.WwwAuthenticate.Single().ToString());
    }

    [Fact]
    public async Task A_revoked_key_ends_within_seconds()
    {
        var keys = App.Services.GetRequiredService<ApiKeyCommands>();
        var key = (await keys.CreateAsync("short-lived", ApiKey.KnownScopes.ToList(), Caller.CommandLine, Cancel)).Value!.Key;
        using var api = App.ClientWith(key);
        var user = await App.Database.SignUpAsync();
        Assert.Equal(200, (await api.ReadAsync($"/v1/balances/{user}")).Status);

        await keys.RevokeAsync(ApiKey.LookupOf(key)!, Caller.CommandLine, Cancel);

        var deadline = DateTimeOffset.UtcNow.AddSeconds(8);
        var status = 200;
        while (status == 200 && DateTimeOffset.UtcNow < deadline)
        {
            await Task.Delay(250, Cancel);
            status = (await api.ReadAsync($"/v1/balances/{user}")).Status;
        }

        Assert.Equal(401, status);
    }

    [Fact]
    public async Task A_users_own_token_shows_their_rows_and_nobody_elses()
    {
        var (ana, bo) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        var api = await App.ApiClientAsync();
        var (anasJob, bosJob) = (await api.ChargeAsync(ana), await api.ChargeAsync(bo));
        using var user = App.ClientWith(Token(ana, "authenticated"));

        Assert.Equal(200, (await user.ReadAsync($"/v1/balances/{ana}")).Status);
        Assert.Equal(200, (await user.ReadAsync($"/v1/jobs/{anasJob["id"]}")).Status);
        Assert.Equal(2, (await user.ReadAsync($"/v1/ledger_entries?user={ana}")).Json.GetProperty("data").GetArrayLength());

        Assert.Equal(404, (await user.ReadAsync($"/v1/balances/{bo}")).Status);
        Assert.Equal(404, (await user.ReadAsync($"/v1/jobs/{bosJob["id"]}")).Status);
        Assert.Equal(0, (await user.ReadAsync($"/v1/ledger_entries?user={bo}")).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_users_own_token_writes_nothing()
    {
        var ana = await App.Database.SignUpAsync();
        var job = await (await App.ApiClientAsync()).ChargeAsync(ana);
        using var user = App.ClientWith(Token(ana, "authenticated"));

        Assert.Equal(403, (await user.ChargeAsync(ana)).Status);
        Assert.Equal(403, (await user.PostAsync($"/v1/jobs/{job["id"]}/fail")).Status);
        Assert.Equal(403, (await user.PostAsync($"/v1/jobs/{job["id"]}/complete", new { actual_cost = 0 })).Status);
        Assert.Equal((4, 0), await App.Database.BalanceAsync(ana));
    }

    [Fact]
    public async Task A_token_that_claims_to_be_the_service_gains_nothing()
    {
        var ana = await App.Database.SignUpAsync();
        using var service = App.ClientWith(Token(ana, "service_role"));

        Assert.Equal(401, (await service.ReadAsync($"/v1/balances/{ana}")).Status);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("DELETE", "/v1/jobs", 405)]
    [InlineData("GET", "/v1/jobs/not-an-id", 404)]
    [InlineData("GET", "/v1/ledger_entries?user=USER&limit=0", 400)]
    [InlineData("GET", "/v1/ledger_entries?user=USER&limit=1000000000", 400)]
    [InlineData("GET", "/v1/ledger_entries?user=USER&before=nonsense", 400)]
    public async Task Every_wrong_turn_is_a_problem(string method, string path, int status)
    {
        var api = await App.ApiClientAsync();
        var user = await App.Database.SignUpAsync();
        using var request = new HttpRequestMessage(
            new HttpMethod(method), path.Replace("USER", user.ToString(), StringComparison.Ordinal));

        var refused = await ApiCalls.ReadAsync(await api.SendAsync(request, Cancel));

        Assert.Equal(status, refused.Status);
        Assert.Equal("application/problem+json", refused.Response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_balance_has_a_tag_that_changes_with_it()
    {
        var api = await App.ApiClientAsync();
        var user = await App.Database.SignUpAsync();
        var first = await api.ReadAsync($"/v1/balances/{user}");
        Assert.Equal(("5", "5", "0"), (first["available"], first["free"], first["paid"]));

        Assert.Equal(304, await IfNoneMatchAsync(api, user, first.Response.Headers.ETag!.Tag));
        await api.ChargeAsync(user);
        Assert.Equal(200, await IfNoneMatchAsync(api, user, first.Response.Headers.ETag!.Tag));
    }

    [Fact]
    public async Task The_ledger_is_paged_by_its_cursor_without_gaps()
    {
        var api = await App.ApiClientAsync();
        var user = await App.Database.SignUpAsync();
        for (var i = 0; i < 4; i++) await api.ChargeAsync(user);

        var seqs = new List<long>();
        string? cursor = null;
        do
        {
            var page = await api.ReadAsync($"/v1/ledger_entries?user={user}&limit=2" + (cursor is null ? "" : $"&before={cursor}"));
            seqs.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("seq").GetInt64()));
            cursor = page.Json.GetProperty("has_more").GetBoolean() ? page["next_cursor"] : null;
        }
        while (cursor is not null);

        Assert.Equal([5, 4, 3, 2, 1], seqs);
    }

    private static async Task<int> IfNoneMatchAsync(HttpClient api, Guid user, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/balances/{user}");
        request.Headers.IfNoneMatch.ParseAdd(tag);
        return (int)(await api.SendAsync(request, Cancel)).StatusCode;
    }

    // As Supabase Auth signs them.
    internal static string Token(Guid sub, string role)
    {
        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
        var body = Part(new { alg = "HS256", typ = "JWT" }) + "."
            + Part(new { sub, role, aud = "authenticated", exp = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds() });
        return body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(CreditsApp.JwtSecret), Encoding.ASCII.GetBytes(body)));
    }
}
