using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Usage over HTTP: recording it, listing it, and what it earns.</summary>
public class UsageApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task A_record_says_its_exact_cost_and_a_replay_the_same()
    {
        var (api, user) = (await App.ApiClientAsync(), await UserAsync());
        var record = new
        {
            user = $"usr_{user}",
            provider = "openai",
            model = "gpt-4o",
            input_tokens = 400_001,
            output_tokens = 1,
            seconds = "0",
            used_at = "2026-01-31T12:00:00.5Z",
        };

        var first = await api.PostAsync("/v1/usage_records", record, "k");
        var again = await api.PostAsync("/v1/usage_records", record, "k");
        var other = await api.PostAsync("/v1/usage_records", record with { output_tokens = 2 }, "k");

        Assert.Equal((201, "1.0000125", "1.0000125", 1), (first.Status, first["cost"], first["billed"], first.Json.GetProperty("credits").GetInt64()));
        Assert.Equal(("2026-01-31T12:00:00.5Z", $"{user}", "0"), (first["used_at"], first["user"], first["seconds"]));
        Assert.Equal("1", first.Response.Headers.GetValues("Credits-Charged").Single());
        Assert.Equal((201, true, first.Text), (again.Status, again.Replayed, again.Text));
        Assert.Equal((422, "/problems/idempotency-key-reuse"), (other.Status, other["type"]));
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-99","input_tokens":1}""", 404, "unknown_price")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","images":1}""", 404, "unknown_price")]
    [InlineData("""{"user":"00000000-0000-0000-0000-000000000000","provider":"openai","model":"gpt-4o","input_tokens":1}""", 404, "unknown_user")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","input_tokens":1,"job":"00000000-0000-0000-0000-000000000000"}""", 404, "unknown_job")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o"}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","input_tokens":1}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","input_tokens":-1}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","input_tokens":1.5}""", 400, "invalid_amount")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","seconds":1.5}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","seconds":"1e3"}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","input_tokens":1,"used_at":"yesterday"}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","input_tokens":1,"used_at":"2999-01-01T00:00:00Z"}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"openai","model":"gpt-4o","input_tokens":1,"tokens":1}""", 400, "invalid_input")]
    [InlineData("""{"user":"USER","provider":"open\u0000ai","model":"gpt-4o","input_tokens":1}""", 400, "invalid_input")]
    public async Task What_cannot_be_recorded_is_told_alone_and_in_a_batch(string body, int status, string code)
    {
        var (api, user) = (await App.ApiClientAsync(), await UserAsync());
        body = body.Replace("USER", $"{user}", StringComparison.Ordinal);

        var alone = await api.PostAsync("/v1/usage_records", body, "k");
        var batch = await BatchAsync(api, $$"""{"records":[{{body[..^1]}},"idempotency_key":"k"},{{Good(user, "good")}}]}""");

        Assert.Equal((status, code), (alone.Status, alone["code"]));
        var results = batch.Json.GetProperty("results");
        Assert.Equal((200, status, 201), (batch.Status, Status(results[0]), Status(results[1])));
        Assert.Equal(code, results[0].GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_batch_answers_in_order_and_replays()
    {
        var (api, user) = (await App.ApiClientAsync(), await UserAsync());
        var batch = $$"""{"records":[{{Good(user, "a")}},{{Good(user, "b")}},{{Good(user, "a")}}]}""";

        var first = (await BatchAsync(api, batch)).Json.GetProperty("results");
        var again = (await BatchAsync(api, batch)).Json.GetProperty("results");

        Assert.Equal([false, false, true], first.EnumerateArray().Select(one => one.GetProperty("replayed").GetBoolean()));
        Assert.All(again.EnumerateArray(), one => Assert.True(one.GetProperty("replayed").GetBoolean()));
        Assert.Equal(first[1].GetProperty("record").GetRawText(), again[1].GetProperty("record").GetRawText());
        Assert.Equal(first[0].GetProperty("record").GetRawText(), first[2].GetProperty("record").GetRawText());
    }

    [Theory]
    [InlineData("""{"records":[]}""")]
    [InlineData("""{"records":[],"more":1}""")]
    [InlineData("""{"jobs":[{}]}""")]
    [InlineData("""{"records":"\ud800"}""")]
    public async Task What_is_no_batch_is_refused_as_a_whole(string body) =>
        Assert.Equal(400, (await BatchAsync(await App.ApiClientAsync(), body)).Status);

    [Fact]
    public async Task Lists_are_paged_by_the_time_of_use_and_filtered()
    {
        var (api, user) = (await App.ApiClientAsync(), await UserAsync());
        for (var i = 0; i < 5; i++)
        {
            await api.PostAsync("/v1/usage_records", new
            {
                user,
                provider = "openai",
                model = i == 0 ? "gpt-4o-mini" : "gpt-4o",
                input_tokens = i + 1,
                used_at = $"2026-02-0{(i % 2) + 1}T00:00:00Z",
            });
        }

        var path = $"/v1/usage_records?user={user}&limit=2";
        var seen = new List<long>();
        for (var next = ""; next is not null;)
        {
            var page = await api.ReadAsync(path + next);
            Assert.Equal(200, page.Status);
            seen.AddRange(Tokens(page));
            next = page.Json.GetProperty("has_more").GetBoolean() ? $"&before={page["next_cursor"]}" : null;
        }

        Assert.Equal([4, 2, 5, 3, 1], seen);
        Assert.Equal(new long[] { 5, 3 }, Tokens(await api.ReadAsync($"{path}&model=gpt-4o&to=2026-02-02T00:00:00Z")));
        Assert.Equal(new long[] { 4, 2 }, Tokens(await api.ReadAsync($"{path}&provider=openai&from=2026-02-02T00:00:00Z")));
        Assert.Empty(Tokens(await api.ReadAsync($"{path}&provider=nobody")));
        foreach (var wrong in new[] { "before=1", "before=-1-2", "from=2026", "limit=0", "model=", "page=2" })
        {
            Assert.Equal(400, (await api.ReadAsync($"{path.Replace("&limit=2", "", StringComparison.Ordinal)}&{wrong}")).Status);
        }
    }

    [Fact]
    public async Task A_user_sees_their_own_records_without_what_they_cost_us_and_no_margins()
    {
        var (api, ana, bo) = (await App.ApiClientAsync(), await UserAsync(), await UserAsync());
        foreach (var user in new[] { ana, bo }) await BatchAsync(api, $$"""{"records":[{{Good(user, "a")}}]}""");
        using var self = App.ClientWith(UserTokens.Of(ana));

        var own = (await self.ReadAsync("/v1/usage_records")).Json.GetProperty("data");
        Assert.Equal($"{ana}", Assert.Single(own.EnumerateArray()).GetProperty("user").GetString());
        Assert.False(own[0].TryGetProperty("cost", out _));
        Assert.Empty((await self.ReadAsync($"/v1/usage_records?user={bo}")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(403, (await self.ReadAsync("/v1/margins")).Status);
        Assert.Equal(403, (await self.PostAsync("/v1/usage_records", new { user = ana })).Status);
    }

    [Fact]
    public async Task Margins_are_read_with_the_scope_and_for_days()
    {
        var (api, user) = (await App.ApiClientAsync("usage:write"), await UserAsync());
        await App.Database.ExecuteAsync("SELECT set_price('margins', 'm', 1.5, p_effective_from => '2020-01-01Z')");
        await api.PostAsync("/v1/usage_records", new { user, provider = "margins", model = "m", input_tokens = 3 });

        var margins = await api.ReadAsync("/v1/margins");
        Assert.Contains(""""
            {"provider":"margins","model":"m","records":1,"input_tokens":3,"cached_input_tokens":0,"output_tokens":0,"images":0,"seconds":"0","charged":"0.0000045","cost":"0.0000045","difference":"0"}
            """", margins.Text, StringComparison.Ordinal);
        Assert.Equal("[]", (await api.ReadAsync("/v1/margins?from=2020-01-01&to=2020-12-31")).Json.GetProperty("data").GetRawText());
        Assert.Equal(400, (await api.ReadAsync("/v1/margins?from=0001-01-01")).Status);
        Assert.Equal(400, (await api.ReadAsync("/v1/margins?from=2026-02-30")).Status);
        Assert.Equal(403, (await (await App.ApiClientAsync("jobs:write")).ReadAsync("/v1/margins")).Status);
        Assert.Equal(403, (await (await App.ApiClientAsync("usage:read")).PostAsync("/v1/usage_records", new { user })).Status);
    }

    private static string Good(Guid user, string key) =>
        $$"""{"user":"{{user}}","provider":"openai","model":"gpt-4o","input_tokens":1,"idempotency_key":"{{key}}"}""";

    private static int Status(JsonElement result) => result.GetProperty("status").GetInt32();

    private static long[] Tokens(Answer page) =>
        [.. page.Json.GetProperty("data").EnumerateArray().Select(one => one.GetProperty("input_tokens").GetInt64())];

    private async Task<Guid> UserAsync()
    {
        foreach (var model in new[] { "gpt-4o", "gpt-4o-mini" })
        {
            await App.Database.ExecuteAsync("SELECT set_price('openai', $1, 2.5, 10, 1.25, p_effective_from => '2020-01-01Z')", model);
        }

        return await App.Database.SignUpAsync();
    }

    private static async Task<Answer> BatchAsync(HttpClient api, string body) => await ApiCalls.ReadAsync(
        await api.PostAsync("/v1/usage_records/batch", new StringContent(body, null, "application/json"), Cancel));
}
