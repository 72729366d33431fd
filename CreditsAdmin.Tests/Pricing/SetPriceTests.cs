using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>One version of a price ends where the next one begins.</summary>
public class SetPriceTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private readonly string model = $"model-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_new_version_ends_the_one_before_it_at_the_same_moment()
    {
        await SetAsync("2.50, 10");
        var second = await SetAsync("3, 10");

        var versions = await VersionsAsync();
        Assert.Equal(2, versions.Count);
        Assert.Equal(versions[0].GetProperty("effective_to").GetString(), versions[1].GetProperty("effective_from").GetString());
        Assert.Equal(JsonValueKind.Null, versions[1].GetProperty("effective_to").ValueKind);
        Assert.Equal(second.GetProperty("id").GetGuid(), versions[1].GetProperty("id").GetGuid());
        Assert.Equal(3, await InForceAsync("now()"));
    }

    [Fact]
    public async Task The_same_price_again_makes_no_version()
    {
        var first = await SetAsync("2.50, 10");
        var again = await SetAsync("2.5, 10.000");

        Assert.Equal((true, false), (first.GetProperty("changed").GetBoolean(), again.GetProperty("changed").GetBoolean()));
        Assert.Equal(first.GetProperty("id").GetGuid(), again.GetProperty("id").GetGuid());
        Assert.Single(await VersionsAsync());
    }

    [Fact]
    public async Task What_was_in_force_stays_so_and_is_found_by_its_time()
    {
        var first = await SetAsync("2, 2");
        var second = await SetAsync("3, 3");

        Assert.Equal(2, await InForceAsync($"'{first.GetProperty("effective_from").GetString()}'"));
        Assert.Equal(2, await InForceAsync($"'{second.GetProperty("effective_from").GetString()}'::timestamptz - interval '1 microsecond'"));
        Assert.Equal(3, await InForceAsync($"'{second.GetProperty("effective_from").GetString()}'"));
        Assert.Null(await InForceAsync($"'{first.GetProperty("effective_from").GetString()}'::timestamptz - interval '1 microsecond'"));
        Assert.Equal("CR030", await Database.RefusalAsync(
            "SELECT set_price('test', $1, 9, p_effective_from => $2::timestamptz)", model,
            DateTimeOffset.Parse(first.GetProperty("effective_from").GetString()!, null)));
        Assert.Equal(2, (await VersionsAsync()).Count);
    }

    [Fact]
    public async Task A_price_to_come_waits_and_one_set_before_it_ends_where_it_begins()
    {
        await SetAsync("1, 1");
        await SetAsync("5, 5, p_effective_from => now() + interval '1 day'");
        await SetAsync("2, 2");

        Assert.Equal(2, await InForceAsync("now() + interval '23 hours'"));
        Assert.Equal(5, await InForceAsync("now() + interval '25 hours'"));
    }

    [Fact]
    public async Task A_price_to_come_can_be_replaced_before_it_begins()
    {
        await SetAsync("1, 1");
        var planned = await SetAsync("5, 5, p_effective_from => now() + interval '1 day'");

        await Database.ExecuteAsync("SELECT set_price('test', $1, 6, 6, p_effective_from => $2::timestamptz)", model,
            DateTimeOffset.Parse(planned.GetProperty("effective_from").GetString()!, null));

        Assert.Equal(6, await InForceAsync("now() + interval '2 days'"));
        Assert.Equal(1, await InForceAsync("now() + interval '23 hours'"));
        Assert.Equal(3, (await VersionsAsync()).Count);
    }

    [Fact]
    public async Task A_first_price_may_begin_in_the_past_and_reaches_to_the_next()
    {
        await SetAsync("3, 3");
        await SetAsync("1, 1, p_effective_from => '2024-01-01Z'");

        Assert.Equal(1, await InForceAsync("'2024-06-01Z'"));
        Assert.Equal(3, await InForceAsync("now()"));
        Assert.Null(await InForceAsync("'2023-12-31Z'"));
    }

    [Theory]
    [InlineData("'test', 'm'")]
    [InlineData("'test', 'm', -1")]
    [InlineData("'test', 'm', 'NaN'")]
    [InlineData("'test', 'm', 'Infinity'")]
    [InlineData("'test', 'm', 1000000000")]
    [InlineData("'test', 'm', 0.0000000000000001")]
    [InlineData("'test', NULL, 1")]
    [InlineData("NULL, 'm', 1")]
    [InlineData("NULL, NULL, 1, p_operation => 'image'")]
    [InlineData("NULL, NULL, p_credits => 1")]
    [InlineData("'test', 'm', p_credits => 1")]
    [InlineData("'test', 'm', 1, p_credits => 1, p_operation => 'image'")]
    [InlineData("NULL, NULL, p_credits => -1, p_operation => 'image'")]
    [InlineData("'test', '', 1")]
    [InlineData("'test', ' m', 1")]
    [InlineData("'test', repeat('m', 201), 1")]
    [InlineData("'test', 'm', 1, p_reason => ''")]
    [InlineData("'test', 'm', 1, p_effective_from => 'infinity'")]
    [InlineData("'test', 'm', 1, p_effective_from => '1999-12-31Z'")]
    public async Task What_has_no_meaning_is_refused(string arguments)
    {
        Assert.Equal("CR013", await Database.RefusalAsync($"SELECT set_price({arguments})"));
    }

    [Fact]
    public async Task Who_and_why_is_written_down()
    {
        await SetAsync("1, 1, p_reason => 'The provider said so', p_actor => 'cli:ana', p_via => 'cli'");
        await SetAsync("2, 1, p_reason => 'And again', p_actor => 'cli:ana', p_via => 'cli'");

        var audit = await Database.RowAsync(
            "SELECT actor, reason, before, after FROM credits.audit_log WHERE action = 'price.set' AND after ->> 'model' = $1 "
            + "ORDER BY id DESC LIMIT 1", model);
        Assert.Equal(("cli:ana", "And again"), (audit.GetProperty("actor").GetString(), audit.GetProperty("reason").GetString()));
        Assert.Equal("1", audit.GetProperty("before").GetProperty("input_per_million").GetRawText());
        Assert.Equal("2", audit.GetProperty("after").GetProperty("input_per_million").GetRawText());
    }

    [Fact]
    public async Task Support_sets_no_price()
    {
        var support = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT set_staff($1, 'support')", support);

        Assert.Equal("CR012", await Database.RefusalAsync(
            "SELECT set_price('test', 'm', 1, p_actor => $1, p_via => 'console')", $"staff:{support}"));
    }

    [Fact]
    public async Task Prices_set_at_once_follow_each_other_without_gap_overlap_or_error()
    {
        var prices = Enumerable.Range(1, 64).ToList();

        await Task.WhenAll(prices.Select(price =>
            Database.ExecuteAsync("SELECT set_price('test', $1, $2::numeric)", model, price)));

        var versions = await VersionsAsync();
        Assert.Equal(64, versions.Count);
        Assert.All(versions.Zip(versions.Skip(1)), pair => Assert.Equal(
            pair.First.GetProperty("effective_to").GetString(), pair.Second.GetProperty("effective_from").GetString()));
        Assert.Equal(prices, versions.Select(version => version.GetProperty("input_per_million").GetInt32()).Order());
    }

    [Fact]
    public async Task One_price_set_at_once_by_many_makes_one_version()
    {
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ =>
            Database.ExecuteAsync("SELECT set_price('test', $1, 7)", model)));

        Assert.Single(await VersionsAsync());
    }

    private async Task<JsonElement> SetAsync(string arguments) =>
        await Database.RowAsync($"SELECT * FROM set_price('test', $1, {arguments})", model);

    private async Task<int?> InForceAsync(string at) => int.Parse(await Database.ScalarAsync<string>(
        $"SELECT coalesce((SELECT input_per_million::text FROM credits.price_at('test', $1, {at})), '-1')", model),
        System.Globalization.CultureInfo.InvariantCulture) is var price and >= 0 ? price : null;

    private async Task<List<JsonElement>> VersionsAsync() => [.. JsonDocument.Parse(await Database.ScalarAsync<string>(
        "SELECT jsonb_agg(to_jsonb(p) ORDER BY effective_from, effective_to)::text FROM credits.prices p WHERE model = $1", model))
        .RootElement.EnumerateArray()];
}
