using System.Globalization;
using CreditsAdmin.Data.Pricing;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>What is taken from other people's lists, and what is left out and why.</summary>
public class PriceListTests
{
    [Theory]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":1e-7,"output_cost_per_token":1.5E-06}""", "0.1/-/1.5/-/-")]
    [InlineData("""{"litellm_provider":"p","mode":"chat","input_cost_per_token":0,"output_cost_per_token":0.0}""", "0/-/0/-/-")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":2.5e-6,"cache_read_input_token_cost":1.25e-06}""", "2.5/1.25/-/-/-")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":"3e-06"}""", "3/-/-/-/-")]
    [InlineData("""{"litellm_provider":"p","mode":"image_generation","output_cost_per_image":0.04}""", "-/-/-/0.04/-")]
    [InlineData("""{"litellm_provider":"p","mode":"image_generation","input_cost_per_image":0.02,"output_cost_per_image":0.0}""", "-/-/-/0.02/-")]
    [InlineData("""{"litellm_provider":"p","mode":"chat","input_cost_per_token":1e-6,"input_cost_per_image":0.02}""", "1/-/-/-/-")]
    [InlineData("""{"litellm_provider":"p","mode":"audio_transcription","input_cost_per_second":0.0001,"output_cost_per_second":0.0001}""", "-/-/-/-/0.0001")]
    [InlineData("""{"litellm_provider":"p","mode":"audio_transcription","input_cost_per_second":0.0001,"output_cost_per_second":0.0}""", "-/-/-/-/0.0001")]
    [InlineData("""{"litellm_provider":"p","mode":"video_generation","output_cost_per_video_per_second":0.35}""", "-/-/-/-/0.35")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":1e-6,"tiered_pricing":[{"input_cost_per_token":-1}],"x":{"y":[{}]}}""", "1/-/-/-/-")]
    public void A_models_plain_rates_are_taken_exactly(string entry, string rates)
    {
        var list = PriceList.Read($$"""{"m": {{entry}}}""");

        Assert.Empty(list.LeftOut);
        var price = Assert.Single(list.Prices);
        Assert.Equal(("p", "m", rates), (price.Provider, price.Model, Text(price.Rates)));
    }

    [Theory]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":-1e-6}""", "input_cost_per_token is -1e-6")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":"NaN"}""", "input_cost_per_token is NaN")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":"free"}""", "input_cost_per_token is free")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":true}""", "input_cost_per_token is true")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":{"usd":1}}""", "input_cost_per_token is {")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":1e-6,"output_cost_per_token":1e400}""", "output_cost_per_token is 1e400")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":1000}""", "input_cost_per_token is 1000")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":1e-22}""", "input_cost_per_token is 1e-22")]
    [InlineData("""{"input_cost_per_token":1e-6}""", "names no provider")]
    [InlineData("""{"litellm_provider":"  ","input_cost_per_token":1e-6}""", "names no provider")]
    [InlineData("""{"litellm_provider":" p","input_cost_per_token":1e-6}""", "begins or ends with a space")]
    [InlineData("""{"litellm_provider":"p\u0000","input_cost_per_token":1e-6}""", "characters that no name has")]
    [InlineData("""{"litellm_provider":"p","mode":"chat"}""", "nothing about what it costs")]
    [InlineData("""{"litellm_provider":"p","input_cost_per_token":null}""", "nothing about what it costs")]
    [InlineData("""{"litellm_provider":"p","mode":"image_generation","input_cost_per_pixel":1.9e-08}""", "no rate for: input_cost_per_pixel")]
    [InlineData("""{"litellm_provider":"p","tiered_pricing":[{"input_cost_per_token":1e-6}]}""", "no rate for: tiered_pricing")]
    [InlineData("17", "no JSON object")]
    public void An_entry_that_cannot_be_used_is_left_out_with_its_reason(string entry, string why)
    {
        var list = PriceList.Read($$$"""{"m": {{{entry}}}, "good": {"litellm_provider":"p","input_cost_per_token":1e-6}}""");

        Assert.Equal("good", Assert.Single(list.Prices).Model);
        var left = Assert.Single(list.LeftOut);
        Assert.Equal("m", left.Entry);
        Assert.Contains(why, left.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_format_s_own_description_and_second_entries_are_left_out()
    {
        var list = PriceList.Read("""
            {"sample_spec": {"litellm_provider": "one of", "input_cost_per_token": 0.0},
             "m": {"litellm_provider": "p", "input_cost_per_token": 1e-6},
             "m": {"litellm_provider": "p", "input_cost_per_token": 2e-6}}
            """);

        Assert.Equal("1/-/-/-/-", Text(Assert.Single(list.Prices).Rates));
        Assert.Equal(["sample_spec", "m"], list.LeftOut.Select(left => left.Entry));
    }

    [Fact]
    public void Thousands_of_entries_of_every_kind_are_each_taken_or_named()
    {
        var kinds = new[]
        {
            "\"input_cost_per_token\": 1.5E-06, \"output_cost_per_token\": 6e-06", "\"input_cost_per_token\": 0",
            "\"input_cost_per_token\": -1", "\"input_cost_per_token\": \"NaN\"", "\"mode\": \"chat\"",
            "\"mode\": \"image_generation\", \"output_cost_per_image\": 0.04", "\"input_cost_per_second\": \"1e-4\"",
        };
        var entries = Enumerable.Range(0, 7000).Select(i => $"\"model-{i}\": {{\"litellm_provider\": \"p{i % 9}\", {kinds[i % 7]}}}");

        var list = PriceList.Read($"{{{string.Join(",", entries)}}}");

        Assert.Equal((4000, 3000), (list.Prices.Count, list.LeftOut.Count));
    }

    [Fact]
    public void A_table_with_the_seeds_columns_is_read_in_any_order()
    {
        var list = PriceList.Read(
            "provider_id,is_active,model_id,output_price_per_1k_tokens,input_price_per_1k_tokens,price_per_image\r\n"
            + "openai,true,gpt-4o,0.010,0.0025,\r\n"
            + "\"open,ai\",true,\"say \"\"hi\"\"\",,1.5E-06,0.04\r\n"
            + "openai,true,free,,,\r\n"
            + "openai,true,minus,-1,,\r\n"
            + "openai,true,comma,0,01,0,003,\r\n"
            + ",true,nobody,1,1,\r\n"
            + "openai,true,gpt-4o,1,1,\r\n");

        Assert.Equal(
            ["openai gpt-4o 2.5/-/10/-/-", "open,ai say \"hi\" 0.0015/-/-/0.04/-"],
            list.Prices.Select(price => $"{price.Provider} {price.Model} {Text(price.Rates)}"));
        Assert.Equal(["line 4", "line 5", "line 6", "line 7", "line 8"], list.LeftOut.Select(left => left.Entry));
        Assert.Contains("8 values for 6 columns", list.LeftOut[2].Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"m": {"litellm_provider": "p", "input_cost_per_token": NaN}}""")]
    [InlineData("model,price\na,1")]
    [InlineData("{\"m\": {\"litellm_provider\": \"\\ud800\", \"input_cost_per_token\": 1e-6}}")]
    [InlineData("[1]")]
    [InlineData("provider_id,model_id\n\"openai,gpt-4o\n")]
    public void Something_else_is_no_list(string text)
    {
        Assert.Throws<FormatException>(() => PriceList.Read(text));
    }

    private static string Text(PriceRates rates) => string.Join("/", rates.Named.Select(rate =>
        rate.Dollars?.ToString(CultureInfo.InvariantCulture) ?? "-"));
}
