using System.Globalization;
using System.Numerics;
using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>What a job would cost, to the last digit.</summary>
public class EstimateTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    // Rates are whole numbers of 10^-15 dollars, seconds of 10^-6; so a cost is one of 10^-21 dollars.
    private sealed record Case(
        long?[] Rates, long Input, long Cached, long Output, long Images, long Seconds, int Markup, int Cents);

    [Fact]
    public void Cost_and_credits_are_those_of_whole_number_arithmetic()
    {
        var rate = Gen.Frequency(
            (1, Gen.Constant<long?>(null)), (1, Gen.Constant<long?>(0)), (3, Gen.Choose(1, int.MaxValue).Select(fine => (long?)fine)),
            (4, Gen.Choose(1, 60_000).Select(cents => (long?)cents * 10_000_000_000_000)));
        var quantity = Gen.Frequency(
            (2, Gen.Constant(0L)), (3, Gen.Choose(1, 5_000).Select(few => (long)few)),
            (2, Gen.Choose(1, 1_000_000).Select(many => many * 999_983L)));
        var cases =
            from rates in Gen.ArrayOf(rate, 5)
            from tokens in Gen.ArrayOf(quantity, 3)
            from images in Gen.Choose(0, 9)
            from seconds in Gen.Choose(0, 90_000_000)
            from markup in Gen.Elements(0, 0, 200_000, 125, 10_000)
            from cents in Gen.Elements(1, 3, 7, 100, 1_000_000)
            select new Case(rates, tokens[0], Math.Min(tokens[1], tokens[0]), tokens[2], images, seconds, markup, cents);

        Prop.ForAll(cases.ToArbitrary(), one => Assert.Equal(Expected(one), FoundAsync(one).GetAwaiter().GetResult()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Theory]
    [InlineData("'test', 'm', 'image', 1000", 7)]
    [InlineData("'test', 'other', 'image', 1000", 3)]
    [InlineData("NULL, NULL, 'image'", 3)]
    [InlineData("'test', 'm', 'text', 1000", 1)]
    [InlineData("'test', 'm', NULL, 2000000", 200)]
    public async Task The_price_that_says_most_exactly_what_it_is_for_counts(string asked, long credits)
    {
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 1, usage_markup = 0");
        await Database.ExecuteAsync("SELECT set_price('test', 'm', 1)");
        await Database.ExecuteAsync("SELECT set_price(NULL, NULL, p_credits => 3, p_operation => 'image')");
        await Database.ExecuteAsync("SELECT set_price('test', 'm', p_credits => 7, p_operation => 'image')");

        Assert.Equal(credits, await Database.ScalarAsync<long>($"SELECT credits FROM estimate_credits(NULL, {asked})"));
    }

    [Fact]
    public async Task A_balance_is_enough_or_lacks_so_much()
    {
        await Database.ExecuteAsync("SELECT set_price(NULL, NULL, p_credits => 5, p_operation => 'five')");
        await Database.ExecuteAsync("SELECT set_price(NULL, NULL, p_credits => 6, p_operation => 'six')");
        var user = await Database.SignUpAsync();

        var five = await Database.RowAsync("SELECT * FROM estimate_credits($1, NULL, NULL, 'five')", user);
        var six = await Database.RowAsync("SELECT * FROM estimate_credits($1, NULL, NULL, 'six')", user);

        Assert.Equal("5 True 0", State(five));
        Assert.Equal("5 False 1", State(six));
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("'test', 'nothing'", "CR031")]
    [InlineData("'test', 'images', p_input_tokens => 1", "CR031")]
    [InlineData("'test', 'images'", "CR013")]
    [InlineData("'test', 'images', p_images => -1", "CR013")]
    [InlineData("'test', 'images', p_images => 1000001", "CR013")]
    [InlineData("'test', 'images', p_seconds => 'NaN'", "CR013")]
    [InlineData("'test', 'images', p_seconds => 0.0000001", "CR013")]
    [InlineData("'test', 'images', p_images => 1, p_input_tokens => 1, p_cached_input_tokens => 2", "CR013")]
    [InlineData("'test', 'dear', p_images => 1000000", "CR013")]
    public async Task What_cannot_be_estimated_is_refused(string asked, string refusal)
    {
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = 1, usage_markup = 0");
        await Database.ExecuteAsync("SELECT set_price('test', 'images', p_per_image => 0.04)");
        await Database.ExecuteAsync("SELECT set_price('test', 'dear', p_per_image => 999999999)");

        Assert.Equal(refusal, await Database.RefusalAsync($"SELECT estimate_credits(NULL, {asked})"));
    }

    [Fact]
    public async Task Nobody_s_balance_is_no_balance()
    {
        await Database.ExecuteAsync("SELECT set_price('test', 'images', p_per_image => 0.04)");

        Assert.Equal("CR002", await Database.RefusalAsync(
            "SELECT estimate_credits(gen_random_uuid(), 'test', 'images', p_images => 1)"));
    }

    private static string Expected(Case one)
    {
        var parts = new (BigInteger Quantity, long? Rate)[]
        {
            (one.Input - one.Cached, one.Rates[0]), (one.Cached, one.Rates[1] ?? one.Rates[0]), (one.Output, one.Rates[2]),
            (one.Images * 1_000_000L, one.Rates[3]), (one.Seconds, one.Rates[4]),
        };
        if (one.Rates.All(rate => rate is null)) return "no price";
        if (parts.Any(part => part.Quantity > 0 && part.Rate is null)) return "CR031";
        var cost = parts.Aggregate(BigInteger.Zero, (sum, part) => sum + (part.Quantity * (part.Rate ?? 0)));
        var billed = cost * (1_000_000 + one.Markup); // 10^-27 dollars: the markup is 10^-4 percent
        var credit = BigInteger.Pow(10, 25) * one.Cents;
        var credits = BigInteger.Divide(billed + credit - 1, credit);
        return credits > 1_000_000_000_000 ? "CR013" : $"{Text(cost, 21)} {Text(billed, 27)} {credits}";
    }

    private async Task<string> FoundAsync(Case one)
    {
        if (one.Rates.All(rate => rate is null)) return "no price";
        var model = $"model-{Guid.NewGuid():N}";
        var rates = one.Rates.Select(rate => rate is { } some ? Text(some, 15) : "NULL").ToList();
        await Database.ExecuteAsync($"SELECT set_price('test', $1, p_input_per_million => {rates[0]}, "
            + $"p_cached_input_per_million => {rates[1]}, p_output_per_million => {rates[2]}, p_per_image => {rates[3]}, "
            + $"p_per_second => {rates[4]})", model);
        await Database.ExecuteAsync("UPDATE credits.settings SET cents_per_credit = $1, usage_markup = $2",
            (long)one.Cents, one.Markup / 10_000m);
        var call = $"estimate_credits(NULL, 'test', '{model}', NULL, {one.Input}, {one.Output}, {one.Cached}, {one.Images}, "
            + $"{Text(one.Seconds, 6)})";
        return await Database.RefusalAsync($"SELECT {call}")
            ?? await Database.ScalarAsync<string>($"SELECT concat_ws(' ', cost, billed, credits) FROM {call}");
    }

    // A whole number of 10^-places, written out.
    private static string Text(BigInteger number, int places)
    {
        var text = number.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        return $"{text[..^places]}.{text[^places..]}".TrimEnd('0').TrimEnd('.');
    }

    private static string State(JsonElement estimate) =>
        $"{estimate.GetProperty("available")} {estimate.GetProperty("enough")} {estimate.GetProperty("shortfall")}";
}
