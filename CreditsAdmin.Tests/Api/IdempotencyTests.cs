using System.Diagnostics;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Whatever moves credits may be sent again: it moves them once, and answers the same.</summary>
public class IdempotencyTests(CreditsApp app) : AppTest(app)
{
    private const int Rounds = 60;

    [Fact]
    public async Task The_same_request_again_has_the_same_status_and_bytes_and_makes_no_row()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var charged = await TwiceAsync(() => api.ChargeAsync(user, 2, "charge"));
        var failed = await TwiceAsync(() => api.PostAsync($"/v1/jobs/{charged["id"]}/fail", new { error = "It broke" }, "fail"));
        var other = await TwiceAsync(() => api.ChargeAsync(user, 3, "charge-2"));
        var completed = await TwiceAsync(() => api.PostAsync($"/v1/jobs/{other["id"]}/complete", new { actual_cost = 1 }, "done"));

        Assert.Equal((201, 200, 200), (charged.Status, failed.Status, completed.Status));
        Assert.Equal(charged.Text, (await api.ChargeAsync(user, 2, "charge")).Text);
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
        Assert.Equal((2, 5), (await CountAsync("jobs", user), await CountAsync("ledger_entries", user)));
    }

    [Theory]
    [InlineData("""{"user":"USER","operation":"video","cost":1}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":2}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":{"a":1}}""")]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"timeout_seconds":5}""")]
    public async Task A_charge_with_a_used_key_and_another_body_is_422(string body)
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var first = await api.ChargeAsync(user, 1, "k");

        Refused(await api.PostAsync("/v1/jobs", body.Replace("USER", $"{user}", StringComparison.Ordinal), "k"));

        Assert.Equal(first.Text, (await api.ChargeAsync(user, 1, "k")).Text);
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Finishing_with_a_used_key_and_another_body_or_path_is_422_and_changes_nothing()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var (one, two) = (await api.ChargeAsync(user, 2), await api.ChargeAsync(user, 2));
        Assert.Equal(200, (await api.PostAsync($"/v1/jobs/{one["id"]}/complete", new { actual_cost = 1 }, "k")).Status);

        Refused(await api.PostAsync($"/v1/jobs/{one["id"]}/complete", new { actual_cost = 2 }, "k"));
        Refused(await api.PostAsync($"/v1/jobs/{two["id"]}/complete", new { actual_cost = 1 }, "k"));
        Refused(await api.PostAsync($"/v1/jobs/{two["id"]}/fail", null, "k"));

        Assert.Equal("pending", (await api.ReadAsync($"/v1/jobs/{two["id"]}"))["status"]);
        Assert.Equal((2, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Of_64_at_once_with_one_key_one_is_carried_out_and_the_rest_are_replays()
    {
        var api = await App.ApiClientAsync();
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < Rounds; round++)
        {
            var user = await App.Database.SignUpAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => api.ChargeAsync(user, 2, "k")));
            Assert.All(answers, answer => Assert.Equal(201, answer.Status));
            Assert.Single(answers.Select(answer => answer.Text).Distinct());
            Assert.Single(answers, answer => !answer.Replayed);

            var path = $"/v1/jobs/{answers[0]["id"]}/" + (round % 2 == 0 ? "fail" : "complete");
            var ends = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => api.PostAsync(path, null, $"end-{round}")));
            Assert.All(ends, answer => Assert.Equal(200, answer.Status));
            Assert.Single(ends.Select(answer => answer.Text).Distinct());
            Assert.Single(ends, answer => !answer.Replayed);
            Assert.Equal((round % 2 == 0 ? 5 : 3, 0), await App.Database.BalanceAsync(user));
            Assert.Equal(1, await CountAsync("jobs", user));
        }

        Xunit.TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds * 80} calls in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task Two_front_ends_with_the_same_key_do_not_meet()
    {
        var (one, two) = (await App.ApiClientAsync(), await App.ApiClientAsync());
        var user = await App.Database.SignUpAsync();

        var (first, second) = (await one.ChargeAsync(user, 1, "k"), await two.ChargeAsync(user, 2, "k"));

        Assert.Equal((201, 201, false), (first.Status, second.Status, second.Replayed));
        Assert.NotEqual(first["id"], second["id"]);
        Assert.Equal(200, (await one.PostAsync($"/v1/jobs/{first["id"]}/fail", null, "end")).Status);
        Assert.Equal(200, (await two.PostAsync($"/v1/jobs/{second["id"]}/complete", null, "end")).Status);
        Assert.Equal((3, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_shortage_does_not_use_up_the_key()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        Assert.Equal(402, (await api.ChargeAsync(user, 8, "k")).Status);
        Assert.Equal(402, (await api.ChargeAsync(user, 8, "k")).Status);
        await App.Database.ExecuteAsync("SELECT grant_credits($1, 3, 'paid', 'bought', 'g')", user);

        var charged = await api.ChargeAsync(user, 8, "k");

        Assert.Equal((201, false), (charged.Status, charged.Replayed));
        Assert.Equal((0, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_key_that_is_missing_empty_too_long_or_with_control_characters_is_400()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = await api.ChargeAsync(user);
        foreach (var path in new[] { "/v1/jobs", $"/v1/jobs/{job["id"]}/complete", $"/v1/jobs/{job["id"]}/fail" })
        {
            foreach (var keys in new string[][] { [], [""], [new('k', 256)], ["a\tb"], ["a b"], ["k", "k"] })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path);
                foreach (var key in keys) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
                if (path == "/v1/jobs")
                {
                    var body = $$"""{"user":"{{user}}","operation":"image","cost":1}""";
                    request.Content = new StringContent(body, null, "application/json");
                }

                var refused = await ApiCalls.ReadAsync(await api.SendAsync(request, Cancel));
                Assert.Equal((400, "/problems/invalid-idempotency-key"), (refused.Status, refused["type"]));
            }
        }

        Assert.Equal(201, (await api.ChargeAsync(user, 1, new string('k', 255))).Status);
        Assert.Equal((3, 0), await App.Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_request_that_is_still_under_way_elsewhere_is_409_with_retry_after(int others)
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var actor = "key:" + await App.Database.ScalarAsync<Guid>("SELECT id FROM credits.api_keys ORDER BY id DESC LIMIT 1");
        await using (await HeldAccount.HoldAsync(App.Database, user, actor, "k"))
        {
            var neighbours = Enumerable.Range(0, others).Select(async _ => await api.ChargeAsync(await App.Database.SignUpAsync()));
            var refused = await api.ChargeAsync(user, 1, "k");
            Assert.Equal((409, "/problems/request-in-progress"), (refused.Status, refused["type"]));
            Assert.Equal("1", refused.Response.Headers.RetryAfter!.ToString());
            Assert.All(await Task.WhenAll(neighbours), answer => Assert.Equal(201, answer.Status));
        }

        var done = await api.ChargeAsync(user, 1, "k");
        Assert.Equal((201, false), (done.Status, done.Replayed));
    }

    [Fact]
    public async Task An_account_that_somebody_holds_is_503_with_retry_after_and_the_key_still_works()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        await using (await HeldAccount.HoldAsync(App.Database, user))
        {
            var refused = await api.ChargeAsync(user, 1, "k");
            Assert.Equal(503, refused.Status);
            Assert.NotNull(refused.Response.Headers.RetryAfter);
        }

        Assert.Equal(201, (await api.ChargeAsync(user, 1, "k")).Status);
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task After_a_day_a_key_answers_the_same_and_after_a_week_the_job_alone_decides()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var path = $"/v1/jobs/{(await api.ChargeAsync(user, 3))["id"]}/complete";
        var first = await api.PostAsync(path, new { actual_cost = 1 }, "end");

        Assert.Equal(0, await AgeKeysAsync("24 hours"));
        Refused(await api.PostAsync(path, new { actual_cost = 2 }, "end"));
        Assert.Equal(first.Text, (await api.PostAsync(path, new { actual_cost = 1 }, "end")).Text);

        Assert.True(await AgeKeysAsync("7 days") >= 1);
        var again = await api.PostAsync(path, new { actual_cost = 1 }, "end");
        Assert.Equal((first.Status, first.Text, true), (again.Status, again.Text, again.Replayed));
        var other = await api.PostAsync(path, new { actual_cost = 2 }, "other");
        Assert.Equal((409, "/problems/job-already-finished"), (other.Status, other["type"]));
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    private static async Task<Answer> TwiceAsync(Func<Task<Answer>> send)
    {
        var (first, second) = (await send(), await send());
        Assert.Equal((first.Status, first.Text, false, true), (second.Status, second.Text, first.Replayed, second.Replayed));
        return first;
    }

    private static void Refused(Answer answer) =>
        Assert.Equal((422, "/problems/idempotency-key-reuse"), (answer.Status, answer["type"]));

    // Makes every key as old as this, and answers how many were forgotten.
    private async Task<long> AgeKeysAsync(string age)
    {
        await App.Database.ExecuteAsync($"UPDATE credits.idempotency_keys SET created_at = clock_timestamp() - interval '{age}'");
        return await App.Database.ScalarAsync<long>("SELECT forget_idempotency_keys()");
    }

    private Task<long> CountAsync(string table, Guid user) =>
        App.Database.ScalarAsync<long>($"SELECT count(*) FROM credits.{table} WHERE user_id = $1", user);
}
