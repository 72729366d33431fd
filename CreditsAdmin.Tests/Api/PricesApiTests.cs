using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Reading and setting prices over HTTP.</summary>
public class PricesApiTests(CreditsApp app) : AppTest(app)
{
    private readonly string model = $"model-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_price_that_is_set_is_read_back_digit_by_digit()
    {
        var api = await App.ApiClientAsync();

        var set = await api.PostAsync("/v1/prices", new
        {
            provider = "openai",
            model,
            input_per_million = "0.000000000000001",
            cached_input_per_million = "1.250",
            output_per_million = 10,
            reason = "They said so",
        });

        Assert.Equal(201, set.Status);
        Assert.Equal($"/v1/prices/{set["id"]}", set.Response.Headers.Location!.ToString());
        Assert.Equal("\"0.000000000000001\"", set.Json.GetProperty("input_per_million").GetRawText());
        Assert.Equal(("1.25", "10"), (set["cached_input_per_million"], set["output_per_million"]));
        Assert.Equal(JsonValueKind.Null, set.Json.GetProperty("per_image").ValueKind);
        Assert.Equal(set.Text, (await api.ReadAsync($"/v1/prices/{set["id"]}")).Text);
        Assert.Equal(set.Text, (await api.ReadAsync($"/v1/prices/price_{set["id"]}")).Text);
        Assert.Equal(set.Text, (await ListAsync(api, ""))[0].GetRawText());
    }

    [Fact]
    public async Task The_same_price_again_is_200_and_the_same_version()
    {
        var api = await App.ApiClientAsync();
        var first = await SetAsync(api, "2.50");

        var again = await SetAsync(api, "2.5");

        Assert.Equal((200, first.Text), (again.Status, again.Text));
        Assert.Single(await ListAsync(api, "&history=true"));
    }

    [Fact]
    public async Task Every_moment_has_its_price_and_the_history_has_them_all()
    {
        var api = await App.ApiClientAsync();
        var first = await SetAsync(api, "1");
        var second = await SetAsync(api, "2");
        await SetAsync(api, "3", DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

        Assert.Equal("2", Input(await ListAsync(api, "")));
        Assert.Equal("1", Input(await ListAsync(api, $"&at={first["effective_from"]}")));
        Assert.Equal("2", Input(await ListAsync(api, $"&at={second["effective_from"]}")));
        Assert.Equal("3", Input(await ListAsync(api, $"&at={DateTime.UtcNow.AddDays(2):yyyy-MM-dd'T'HH:mm:ss}%2B02:00")));
        Assert.Equal("", Input(await ListAsync(api, "&at=2020-01-01T00:00:00Z")));
        Assert.Equal("3 2 1", Input(await ListAsync(api, "&history=true")));
    }

    [Fact]
    public async Task Pages_follow_each_other_and_miss_nothing()
    {
        var api = await App.ApiClientAsync();
        for (var price = 1; price <= 5; price++) await SetAsync(api, $"{price}");

        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = await api.ReadAsync($"/v1/prices?model={model}&history=true&limit=2{cursor}");
            seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(price => price.GetProperty("input_per_million").GetString()!));
            cursor = page.Json.GetProperty("has_more").GetBoolean() ? $"&before={page["next_cursor"]}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(["5", "4", "3", "2", "1"], seen);
    }

    [Fact]
    public async Task A_moment_that_had_a_price_keeps_it()
    {
        var api = await App.ApiClientAsync();
        var first = await SetAsync(api, "1");

        var refused = await SetAsync(api, "2", first["effective_from"]);

        Assert.Equal((409, "price_was_in_force"), (refused.Status, refused["code"]));
    }

    [Theory]
    [InlineData("""{"provider":"p","model":"m"}""", "credits")]
    [InlineData("""{"provider":"p","input_per_million":"1"}""", "model")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":2.5}""", "input_per_million")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"2.5e-6"}""", "input_per_million")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"NaN"}""", "input_per_million")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"-1"}""", "input_per_million")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"0.0000000000000001"}""", "input_per_million")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"1000000000"}""", "input_per_million")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"1","effective_from":"2026-01-01"}""", "effective_from")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"1","effective_from":"infinity"}""", "effective_from")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"1","effective_from":"0001-01-01T00:00:00Z"}""", "effective_from")]
    [InlineData("""{"provider":"p","model":"m","input_per_million":"1","price":"1"}""", "price")]
    [InlineData("""{"provider":"p","model":"m\u0000","input_per_million":"1"}""", "model")]
    [InlineData("""{"provider":"p","model":" m","input_per_million":"1"}""", "model")]
    [InlineData("""{"operation":"image","credits":-1}""", "credits")]
    public async Task What_has_no_meaning_is_400_and_names_the_field(string body, string field)
    {
        var api = await App.ApiClientAsync();

        var refused = await api.PostAsync("/v1/prices", body);

        Assert.Equal(400, refused.Status);
        Assert.Equal(field, refused.Json.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("at=yesterday")]
    [InlineData("at=2026-01-01T00:00:00")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("before=nonsense")]
    [InlineData("history=yes")]
    [InlineData("provider=")]
    [InlineData("provider=a&provider=b")]
    [InlineData("model=%00")]
    [InlineData("colour=red")]
    public async Task An_unusable_filter_is_400(string query)
    {
        Assert.Equal(400, (await (await App.ApiClientAsync()).ReadAsync($"/v1/prices?{query}")).Status);
    }

    [Fact]
    public async Task Who_may_read_may_not_write_and_a_user_reads()
    {
        var reader = await App.ApiClientAsync("prices:read");
        var writer = await App.ApiClientAsync("prices:write");
        using var user = App.ClientWith(AccessTests.Token(await App.Database.SignUpAsync(), "authenticated"));

        Assert.Equal((201, 403, 403), (
            (await SetAsync(writer, "1")).Status, (await SetAsync(reader, "2")).Status, (await SetAsync(user, "2")).Status));
        Assert.Equal(403, (await (await App.ApiClientAsync("jobs:write")).ReadAsync("/v1/prices")).Status);
        Assert.Equal("1", Input(await ListAsync(reader, "")));
        Assert.Equal("1", Input(await ListAsync(user, "")));
        Assert.Equal(404, (await reader.ReadAsync($"/v1/prices/{Guid.NewGuid()}")).Status);
        Assert.Equal(404, (await reader.ReadAsync("/v1/prices/nonsense")).Status);
    }

    private Task<Answer> SetAsync(HttpClient api, string input, string? from = null) => api.PostAsync(
        "/v1/prices", new { provider = "openai", model, input_per_million = input, effective_from = from });

    private async Task<List<JsonElement>> ListAsync(HttpClient api, string more) =>
        [.. (await api.ReadAsync($"/v1/prices?provider=openai&model={model}{more}")).Json.GetProperty("data").EnumerateArray()];

    private static string Input(IEnumerable<JsonElement> prices) =>
        string.Join(" ", prices.Select(price => price.GetProperty("input_per_million").GetString()));
}
