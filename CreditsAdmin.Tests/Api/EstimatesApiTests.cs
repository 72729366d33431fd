using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>What would this cost, and is the balance enough?</summary>
public class EstimatesApiTests(CreditsApp app) : AppTest(app)
{
    private readonly string model = $"model-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_front_end_learns_the_cost_and_whether_a_user_can_pay_it()
    {
        var (api, user) = (await PricedAsync(), await App.Database.SignUpAsync());

        var estimate = await EstimateAsync(api, new { user, provider = "openai", model, input_tokens = 1_000_001, output_tokens = 300_000 });

        Assert.Equal(200, estimate.Status);
        Assert.Equal("\"5.5000025\"", estimate.Json.GetProperty("cost").GetRawText());
        Assert.Equal(("5.5000025", "6", "5", "False", "1"), (
            estimate["billed"], estimate["credits"], estimate["available"], estimate["enough"], estimate["shortfall"]));
        Assert.Equal(user.ToString(), estimate["user"]);
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
        Assert.Equal(200, (await api.ReadAsync($"/v1/prices/{estimate["price_id"]}")).Status);
    }

    [Fact]
    public async Task Without_a_user_nobodys_balance_is_told()
    {
        var estimate = await EstimateAsync(await PricedAsync(), new { provider = "openai", model, images = 3, seconds = "0.5" });

        Assert.Equal(("0.13", "1", ""), (estimate["cost"], estimate["credits"], estimate["available"]));
    }

    [Fact]
    public async Task An_operations_fixed_price_needs_no_quantities()
    {
        var api = await App.ApiClientAsync();
        await api.PostAsync("/v1/prices", new { operation = "blog_post", credits = 3 });

        var estimate = await EstimateAsync(api, new { operation = "blog_post" });

        Assert.Equal(("", "3"), (estimate["cost"], estimate["credits"]));
    }

    [Fact]
    public async Task A_user_asks_for_themselves_and_for_nobody_else()
    {
        await PricedAsync();
        var (ana, bo) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        using var user = App.ClientWith(UserTokens.Of(ana));

        var own = await EstimateAsync(user, new { provider = "openai", model, images = 1 });
        var named = await EstimateAsync(user, new { user = ana, provider = "openai", model, images = 1 });
        var others = await EstimateAsync(user, new { user = bo, provider = "openai", model, images = 1 });
        var nobodys = await EstimateAsync(user, new { user = Guid.NewGuid(), provider = "openai", model, images = 1 });

        Assert.Equal((ana.ToString(), "5", "True"), (own["user"], own["available"], own["enough"]));
        // What they pay, and not what it costs us.
        Assert.Equal(("", false), (own["cost"], own["billed"] == ""));
        Assert.Equal(own.Text, named.Text);
        Assert.Equal((404, "unknown_user"), (others.Status, others["code"]));
        Assert.Equal((nobodys.Status, nobodys["code"], nobodys["detail"]), (others.Status, others["code"], others["detail"]));
    }

    [Theory]
    [InlineData("prices:read", 200, 403)]
    [InlineData("jobs:write", 200, 200)]
    [InlineData("balances:read", 403, 403)]
    public async Task A_key_that_may_not_read_balances_learns_none(string scope, int without, int with)
    {
        await PricedAsync();
        var (api, user) = (await App.ApiClientAsync(scope), await App.Database.SignUpAsync());

        Assert.Equal(without, (await EstimateAsync(api, new { provider = "openai", model, images = 1 })).Status);
        Assert.Equal(with, (await EstimateAsync(api, new { user, provider = "openai", model, images = 1 })).Status);
    }

    [Theory]
    [InlineData("""{"provider":"openai","model":"MODEL"}""", 400)]
    [InlineData("""{"provider":"openai","model":"nothing like it","images":1}""", 404)]
    [InlineData("""{"provider":"openai","model":"MODEL","images":-1}""", 400)]
    [InlineData("""{"provider":"openai","model":"MODEL","images":1.5}""", 400)]
    [InlineData("""{"provider":"openai","model":"MODEL","images":1e300}""", 400)]
    [InlineData("""{"provider":"openai","model":"MODEL","seconds":0.5}""", 400)]
    [InlineData("""{"provider":"openai","model":"MODEL","seconds":"NaN"}""", 400)]
    [InlineData("""{"provider":"openai","model":"MODEL","input_tokens":1,"cached_input_tokens":2}""", 400)]
    [InlineData("""{"user":"nobody","provider":"openai","model":"MODEL","images":1}""", 400)]
    [InlineData("""{"provider":"openai","model":"MODEL","images":1,"colour":"red"}""", 400)]
    [InlineData("{}", 404)]
    [InlineData("[]", 400)]
    public async Task What_cannot_be_estimated_is_a_problem(string body, int status)
    {
        var refused = await (await PricedAsync()).PostAsync(
            "/v1/estimates", body.Replace("MODEL", model, StringComparison.Ordinal));

        Assert.Equal(status, refused.Status);
        Assert.Equal("application/problem+json", refused.Response.Content.Headers.ContentType!.MediaType);
    }

    private async Task<HttpClient> PricedAsync()
    {
        var api = await App.ApiClientAsync();
        await api.PostAsync("/v1/prices", new
        {
            provider = "openai",
            model,
            input_per_million = "2.5",
            output_per_million = "10",
            per_image = "0.04",
            per_second = "0.02",
        });
        return api;
    }

    private static Task<Answer> EstimateAsync(HttpClient api, object body) => api.PostAsync("/v1/estimates", body);
}
