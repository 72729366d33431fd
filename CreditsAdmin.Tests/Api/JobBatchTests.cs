using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Many jobs in one request: each is answered as if it had been sent alone.</summary>
public class JobBatchTests(CreditsApp app) : AppTest(app)
{
    // What differs from one answer to the next, though nothing that matters does.
    private static readonly string[] Passing = ["id", "created_at", "deadline", "request_id", "instance"];

    [Fact]
    public async Task Results_come_in_the_order_of_the_jobs()
    {
        var (api, user, other) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(), await App.Database.SignUpAsync());

        var answer = await BatchAsync(api,
            new { user, operation = "image", cost = 2, idempotency_key = "a", metadata = new { prompt = "a cat" } },
            new { user, operation = "image", cost = 9, idempotency_key = "b" },
            new { user = other, operation = "image", cost = 1, idempotency_key = "a" },
            new { user, operation = "image", cost = 2, idempotency_key = "a", metadata = new { prompt = "a cat" } },
            new { user, operation = "image", cost = 3, idempotency_key = "a" },
            new { user, operation = "image", cost = 3, idempotency_key = "c" });

        Assert.Equal(200, answer.Status);
        Assert.Equal([201, 402, 201, 201, 422, 201], Results(answer).Select(result => result.GetProperty("status").GetInt32()));
        var results = Results(answer);
        Assert.Equal((false, true), (results[0].GetProperty("replayed").GetBoolean(), results[3].GetProperty("replayed").GetBoolean()));
        Assert.Equal(results[0].GetProperty("job").GetRawText(), results[3].GetProperty("job").GetRawText());
        Assert.Equal("/problems/insufficient-credits", results[1].GetProperty("problem").GetProperty("type").GetString());
        Assert.Equal(6, results[1].GetProperty("problem").GetProperty("shortfall").GetInt64());
        Assert.False(results[1].TryGetProperty("job", out _));
        Assert.Equal(((0, 0), (4, 0)), (await App.Database.BalanceAsync(user), await App.Database.BalanceAsync(other)));
    }

    [Fact]
    public async Task A_batch_that_is_sent_again_is_a_replay_and_so_is_a_job_of_it_sent_alone()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = new { user, operation = "image", cost = 2, idempotency_key = Guid.NewGuid().ToString() };
        var first = Results(await BatchAsync(api, job))[0];

        var again = Results(await BatchAsync(api, job))[0];
        var alone = await api.ChargeAsync(user, 2, job.idempotency_key);

        Assert.True(again.GetProperty("replayed").GetBoolean());
        Assert.Equal(first.GetProperty("job").GetRawText(), again.GetProperty("job").GetRawText());
        Assert.Equal((201, true, first.GetProperty("job").GetRawText()), (alone.Status, alone.Replayed, alone.Text));
        Assert.Equal((3, 0), await App.Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("""{"user":"USER","operation":"image","cost":1}""")]
    [InlineData("""{"user":"usr_USER","operation":"image","cost":1,"metadata":{ "a" : 1 },"timeout_seconds":60}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":6}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":0}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1.5}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1e400}""")]
    [InlineData("""{"user":"USER","operation":"image"}""")]
    [InlineData("""{"user":"USER","cost":1}""")]
    [InlineData("""{"user":"nobody","operation":"image","cost":1}""")]
    [InlineData("""{"user":"00000000-0000-0000-0000-000000000000","operation":"image","cost":1}""")]
    [InlineData("""{"user":"USER","operation":"a\u0000b","cost":1}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":{"a":"\ud800"}}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":{"a":1e-99999}}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":[1]}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"timeout_seconds":0}""")]
    public async Task A_job_of_a_batch_is_answered_as_it_would_be_alone(string body)
    {
        var api = await App.ApiClientAsync();
        var (alone, together) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        var good = $$"""{"user":"{{await App.Database.SignUpAsync()}}","operation":"image","cost":1,"idempotency_key":"k"}""";

        var single = await api.PostAsync("/v1/jobs", body.Replace("USER", $"{alone}", StringComparison.Ordinal), "k");
        var batch = await SendAsync(api, $$"""
            {"jobs":[{{good}},{{body.Replace("USER", $"{together}", StringComparison.Ordinal)[..^1]}},"idempotency_key":"k"}]}
            """);

        var result = Results(batch)[1];
        Assert.Equal((200, 201), (batch.Status, Results(batch)[0].GetProperty("status").GetInt32()));
        Assert.Equal(single.Status, result.GetProperty("status").GetInt32());
        Assert.Equal(
            Lasting(single.Json, alone), Lasting(result.GetProperty(single.Status == 201 ? "job" : "problem"), together));
        Assert.Equal(await App.Database.BalanceAsync(alone), await App.Database.BalanceAsync(together));
    }

    [Theory]
    [InlineData("""{"jobs":[]}""", 400)]
    [InlineData("""{"jobs":{}}""", 400)]
    [InlineData("""{"jobs":[],"more":1}""", 400)]
    [InlineData("""{}""", 400)]
    [InlineData("""{"\ud800":[]}""", 400)]
    [InlineData("[]", 400)]
    [InlineData("", 400)]
    public async Task What_is_no_batch_is_refused_as_a_whole(string body, int status)
    {
        var refused = await SendAsync(await App.ApiClientAsync(), body);

        Assert.Equal(status, refused.Status);
        Assert.StartsWith("/problems/", refused["type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_jobs_are_a_batch_and_one_more_is_not_nor_is_more_than_two_megabytes()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(free: 0, paid: 5_000));
        object[] Jobs(int count) =>
            [.. Enumerable.Range(0, count).Select(i => new { user, operation = "image", cost = 1, idempotency_key = $"k{i}" })];

        var many = await BatchAsync(api, Jobs(1_000));
        var more = await BatchAsync(api, Jobs(1_001));
        var large = await SendAsync(api, $$"""{"jobs":["{{new string('a', 2 * 1024 * 1024)}}"]}""");

        Assert.Equal([.. Enumerable.Repeat(201, 1_000)], Results(many).Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal((400, 413), (more.Status, large.Status));
        Assert.Equal((0, 4_000), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Keys_stand_in_the_jobs_and_nowhere_else()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());

        var header = await api.PostAsync("/v1/jobs/batch", new { jobs = new[] { new { user } } }, "k");
        var missing = Results(await BatchAsync(api, new { user, operation = "image", cost = 1 }, 5))[0];

        Assert.Equal((400, "/problems/invalid-idempotency-key"), (header.Status, header["type"]));
        Assert.Equal("invalid_idempotency_key", missing.GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_account_that_is_busy_is_told_apart()
    {
        var (api, stuck, free) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        await using var held = await HeldAccount.HoldAsync(App.Database, stuck);

        var answer = await BatchAsync(api,
            new { user = stuck, operation = "image", cost = 1, idempotency_key = "a" },
            new { user = free, operation = "image", cost = 1, idempotency_key = "a" });

        Assert.Equal([503, 201], Results(answer).Select(result => result.GetProperty("status").GetInt32()));
        Assert.NotNull(answer.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_key_without_the_scope_charges_nothing()
    {
        var (api, user) = (await App.ApiClientAsync("jobs:read"), await App.Database.SignUpAsync());

        Assert.Equal(403, (await BatchAsync(api, new { user, operation = "image", cost = 1, idempotency_key = "a" })).Status);
    }

    private static JsonElement[] Results(Answer answer) => [.. answer.Json.GetProperty("results").EnumerateArray()];

    private static string Lasting(JsonElement body, Guid user) => string.Join(", ", body.EnumerateObject()
        .Where(member => !Passing.Contains(member.Name)).Select(member => member.ToString()))
        .Replace($"{user}", "USER", StringComparison.Ordinal);

    private static Task<Answer> BatchAsync(HttpClient api, params object[] jobs) =>
        SendAsync(api, JsonSerializer.Serialize(new { jobs }));

    private static async Task<Answer> SendAsync(HttpClient api, string body) => await ApiCalls.ReadAsync(
        await api.PostAsync("/v1/jobs/batch", new StringContent(body, null, "application/json"), Cancel));
}
