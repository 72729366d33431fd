using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>What nobody can do to the price book, not even its owner.</summary>
public class PriceGuardTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Insert =
        "INSERT INTO credits.prices (provider, model, operation, input_per_million, credits, effective_from, effective_to, source, "
        + "created_by) VALUES ";

    private readonly string model = $"model-{Guid.NewGuid():N}";

    [Theory]
    [InlineData("'2026-01-01Z', '2026-02-01Z'", "'2026-01-31Z', '2026-03-01Z'", "23P01")]
    [InlineData("'2026-01-01Z', '2026-02-01Z'", "'2025-01-31Z', NULL", "23P01")]
    [InlineData("'2026-01-01Z', NULL", "'2027-01-01Z', '2027-01-02Z'", "23P01")]
    [InlineData("'2026-01-01Z', '2026-02-01Z'", "'2026-02-01Z', NULL", null)]
    [InlineData("'2026-01-01Z', '2026-02-01Z'", "'2025-02-01Z', '2026-01-01Z'", null)]
    [InlineData("'2026-01-01Z', '2026-02-01Z'", "'2026-01-05Z', '2026-01-05Z'", null)]
    public async Task Two_versions_never_overlap(string one, string other, string? refusal)
    {
        await Database.ExecuteAsync($"{Insert} ('test', $1, NULL, 1, NULL, {one}, 'manual', 'x')", model);

        Assert.Equal(refusal, await Database.RefusalAsync(
            $"{Insert} ('test', $1, NULL, 2, NULL, {other}, 'manual', 'x')", model));
    }

    [Fact]
    public async Task Prices_for_different_things_do_not_get_in_each_others_way()
    {
        await Database.ExecuteAsync($"{Insert} ('test', $1, NULL, 1, NULL, '2026-01-01Z', NULL, 'manual', 'x')", model);

        Assert.Null(await Database.RefusalAsync($"{Insert} ('test', $1, 'image', 1, NULL, '2026-01-01Z', NULL, 'manual', 'x')", model));
        Assert.Null(await Database.RefusalAsync($"{Insert} ('other', $1, NULL, 1, NULL, '2026-01-01Z', NULL, 'manual', 'x')", model));
        Assert.Null(await Database.RefusalAsync($"{Insert} (NULL, NULL, $1, NULL, 1, '2026-01-01Z', NULL, 'manual', 'x')", model));
        Assert.Equal("23P01", await Database.RefusalAsync(
            $"{Insert} (NULL, NULL, $1, NULL, 2, '2026-01-01Z', NULL, 'manual', 'x')", model));
    }

    [Theory]
    [InlineData("'NaN'")]
    [InlineData("'Infinity'")]
    [InlineData("-0.000001")]
    [InlineData("1e9")]
    [InlineData("1e-16")]
    public async Task A_rate_is_a_number_of_dollars(string rate)
    {
        Assert.Equal("23514", await Database.RefusalAsync(
            $"{Insert} ('test', $1, NULL, {rate}, NULL, now(), NULL, 'manual', 'x')", model));
    }

    [Theory]
    [InlineData("UPDATE credits.prices SET input_per_million = 2 WHERE model = $1", "42501")]
    [InlineData("UPDATE credits.prices SET effective_from = '2020-01-01Z' WHERE model = $1", "42501")]
    [InlineData("UPDATE credits.prices SET effective_to = '2026-02-01Z' WHERE model = $1", "42501")]
    [InlineData("UPDATE credits.prices SET effective_to = now() + interval '1 day', reason = 'x' WHERE model = $1", "42501")]
    [InlineData("DELETE FROM credits.prices WHERE model = $1", "42501")]
    [InlineData("TRUNCATE credits.prices CASCADE", "42501")]
    [InlineData("UPDATE credits.prices SET effective_to = now() + interval '1 day' WHERE model = $1", null)]
    public async Task A_version_stays_what_it_was(string statement, string? refusal)
    {
        await Database.ExecuteAsync("SELECT set_price('test', $1, 1)", model);
        object[] values = statement.Contains("$1", StringComparison.Ordinal) ? [model] : [];

        Assert.Equal(refusal, await Database.RefusalAsync(statement, values));
    }

    [Fact]
    public async Task An_ended_version_is_not_prolonged()
    {
        await Database.ExecuteAsync("SELECT set_price('test', $1, 1)", model);
        await Database.ExecuteAsync("UPDATE credits.prices SET effective_to = now() + interval '1 day' WHERE model = $1", model);

        Assert.Equal("42501", await Database.RefusalAsync(
            "UPDATE credits.prices SET effective_to = now() + interval '2 days' WHERE model = $1", model));
        Assert.Equal("42501", await Database.RefusalAsync("UPDATE credits.prices SET effective_to = NULL WHERE model = $1", model));
    }
}
