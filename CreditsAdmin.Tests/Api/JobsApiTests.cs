using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Charging, completing and failing jobs over HTTP.</summary>
public class JobsApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task A_charge_answers_the_job_and_the_balance()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());

        var job = await api.PostAsync("/v1/jobs", new { user, operation = "image", cost = 2, metadata = new { prompt = "a cat" } });

        Assert.Equal(201, job.Status);
        Assert.Equal($"/v1/jobs/{job["id"]}", job.Response.Headers.Location!.ToString());
        Assert.Equal((user.ToString(), "image", "pending", "2"), (job["user"], job["operation"], job["status"], job["cost"]));
        Assert.Equal("a cat", job.Json.GetProperty("metadata").GetProperty("prompt").GetString());
        var balance = job.Json.GetProperty("balance");
        Assert.Equal(3, balance.GetProperty("available").GetInt64());
        Assert.Equal(3, balance.GetProperty("free").GetInt64());
        Assert.Equal(0, balance.GetProperty("paid").GetInt64());
        Assert.Equal("2", job.Response.Headers.GetValues("Credits-Charged").Single());
        Assert.Equal("3", job.Response.Headers.GetValues("Credits-Balance").Single());
    }

    [Fact]
    public async Task A_repeated_charge_answers_the_same_bytes_and_says_that_it_is_a_replay()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var first = await api.ChargeAsync(user, 2, "k");
        await api.PostAsync($"/v1/jobs/{first["id"]}/fail");

        var again = await api.ChargeAsync(user, 2, "k");

        Assert.Equal((201, first.Text), (again.Status, again.Text));
        Assert.Equal((false, true), (first.Replayed, again.Replayed));
    }

    [Fact]
    public async Task Sixty_four_charges_at_once_with_one_key_make_one_job_and_64_equal_answers()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => api.ChargeAsync(user, 3, "one-key")));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single(answers, answer => !answer.Replayed);
        Assert.Equal((2, 0), await App.Database.BalanceAsync(user));
        Assert.Equal(1, await App.Database.ScalarAsync<long>("SELECT count(*) FROM credits.jobs WHERE user_id = $1", user));
    }

    [Fact]
    public async Task A_shortage_is_402_with_its_numbers()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());

        var refused = await api.ChargeAsync(user, 12);

        Assert.Equal(402, refused.Status);
        Assert.Equal("application/problem+json", refused.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("/problems/insufficient-credits", refused["type"]);
        Assert.Equal(("5", "12", "7"), (refused["balance"], refused["required"], refused["shortfall"]));
    }

    [Fact]
    public async Task A_failed_job_gives_its_credits_back_once()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = await api.ChargeAsync(user, 4);

        var first = await api.PostAsync($"/v1/jobs/{job["id"]}/fail", new { error = "The provider timed out" });
        var second = await api.PostAsync($"/v1/jobs/{job["id"]}/fail", new { error = "The provider timed out" });

        Assert.Equal((200, "failed", "4"), (first.Status, first["status"], first["refunded"]));
        Assert.Equal((200, first.Text, true), (second.Status, second.Text, second.Replayed));
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_completed_job_settles_to_its_actual_cost()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = await api.ChargeAsync(user, 4);

        var completed = await api.PostAsync($"/v1/jobs/{job["id"]}/complete", new { actual_cost = 3 });

        Assert.Equal((200, "completed", "1"), (completed.Status, completed["status"], completed["refunded"]));
        Assert.Equal((2, 0), await App.Database.BalanceAsync(user));
        Assert.Equal(409, (await api.PostAsync($"/v1/jobs/{job["id"]}/fail")).Status);
        Assert.Equal("completed", (await api.ReadAsync($"/v1/jobs/job_{job["id"]}"))["status"]);
    }

    [Fact]
    public async Task A_key_of_another_request_is_422_and_a_missing_one_400()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        await api.ChargeAsync(user, 1, "k");

        var other = await api.ChargeAsync(user, 2, "k");
        var missing = await api.PostAsJsonAsyncWithoutKey(user);

        Assert.Equal((422, "/problems/idempotency-key-reuse"), (other.Status, other["type"]));
        Assert.Equal((400, "/problems/invalid-idempotency-key"), (missing.Status, missing["type"]));
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("""{"user":"USER","operation":"image","cost":-1000}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":0}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1.5}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":"1"}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1e400}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":9223372036854775808}""", 400)]
    [InlineData("""{"user":"USER","operation":"image"}""", 400)]
    [InlineData("""{"user":"USER","cost":1}""", 400)]
    [InlineData("""{"user":"nobody","operation":"image","cost":1}""", 400)]
    [InlineData("""{"user":"00000000-0000-0000-0000-000000000000","operation":"image","cost":1}""", 404)]
    [InlineData("""{"user":"USER","operation":"a\u0000b","cost":1}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":{"a":"\u0000"}}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":{"a":"\ud800"}}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"metadata":[1]}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"unknown":1}""", 400)]
    [InlineData("""{"user":"USER","operation":"image","cost":1,"cost":2}""", 400)]
    [InlineData("""{"user":"USER",""", 400)]
    [InlineData("[]", 400)]
    [InlineData("", 400)]
    public async Task Bad_input_is_refused_with_a_problem_and_changes_nothing(string body, int status)
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());

        var refused = await api.PostAsync("/v1/jobs", body.Replace("USER", user.ToString(), StringComparison.Ordinal));

        Assert.Equal(status, refused.Status);
        Assert.Equal("application/problem+json", refused.Response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("/problems/", refused["type"], StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(refused["request_id"]));
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
    }
}

file static class WithoutKey
{
    public static async Task<Answer> PostAsJsonAsyncWithoutKey(this HttpClient client, Guid user) =>
        await ApiCalls.ReadAsync(await client.PostAsync(
            "/v1/jobs", new StringContent($$"""{"user":"{{user}}","operation":"image","cost":1}""", null, "application/json"),
            Xunit.TestContext.Current.CancellationToken));
}
