using System.Diagnostics;
using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Pricing;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>Many prices in one transaction.</summary>
public class ImportPricesTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    private readonly string provider = $"provider-{Guid.NewGuid():N}";
    private readonly PriceCommands prices = new(fixture.Database.Credits);

    [Fact]
    public async Task A_dry_run_says_what_a_real_one_then_does_and_the_same_list_again_changes_nothing()
    {
        await ImportAsync([("kept", 1), ("raised", 2)], dryRun: false);
        var list = new[] { ("kept", 1.00m), ("raised", 2.5m), ("new", 3m) };

        var dry = await ImportAsync(list, dryRun: true);
        Assert.Equal(2, await CountAsync());
        var real = await ImportAsync(list, dryRun: false);
        var again = await ImportAsync(list, dryRun: false);

        Assert.Equal("kept unchanged 1 1, new new - 3, raised changed 2 2.5", dry);
        Assert.Equal(dry, real);
        Assert.Equal("kept unchanged 1 1, new unchanged 3 3, raised unchanged 2.5 2.5", again);
        Assert.Equal(4, await CountAsync());
    }

    [Fact]
    public async Task All_of_a_list_begins_at_one_moment_with_its_source_and_a_line_of_audit_each()
    {
        await ImportAsync([("a", 1), ("b", 2), ("c", 3)], dryRun: false);

        Assert.Equal((1L, 3L), (
            await Database.ScalarAsync<long>("SELECT count(DISTINCT effective_from) FROM credits.prices WHERE provider = $1", provider),
            await Database.ScalarAsync<long>("SELECT count(*) FROM credits.audit_log WHERE action = 'price.set' "
                + "AND after ->> 'provider' = $1 AND after ->> 'source' = 'import' AND reason = 'Import of a list'", provider)));
    }

    [Fact]
    public async Task A_list_with_something_unusable_changes_nothing_at_all()
    {
        var refused = await prices.ImportAsync(
            [new(provider, "good", new(1)), new(provider, "bad", new(-1))], dryRun: false, null, Caller.CommandLine, Cancel);

        Assert.Equal(RefusalCode.InvalidInput, refused.Refusal!.Code);
        Assert.Equal(0, await CountAsync());
        Assert.Equal("CR013", await Database.RefusalAsync("SELECT import_prices('{}')"));
        Assert.Equal("CR013", await Database.RefusalAsync(
            "SELECT import_prices('[{\"provider\":\"p\",\"model\":\"m\",\"per_image\":1},{\"provider\":\"p\",\"model\":\"m\",\"per_image\":2}]')"));
    }

    [Fact]
    public async Task A_price_to_come_stays_planned()
    {
        await ImportAsync([("m", 1)], dryRun: false);
        await Database.ExecuteAsync("SELECT set_price($1, 'm', 9, p_effective_from => now() + interval '1 day')", provider);

        await ImportAsync([("m", 2)], dryRun: false);

        Assert.Equal("2 9", await Database.ScalarAsync<string>(
            "SELECT string_agg(p.input_per_million::text, ' ' ORDER BY t.at) FROM (VALUES (now()), (now() + interval '2 days')) t(at), "
            + "LATERAL credits.price_at($1, 'm', t.at) p", provider));
    }

    [Fact]
    public async Task Two_imports_at_once_follow_each_other()
    {
        var models = Enumerable.Range(0, 200).Select(i => $"m{i}").ToList();

        await Task.WhenAll(Enumerable.Range(1, 4).Select(price =>
            ImportAsync([.. models.Select(model => (model, (decimal)price))], dryRun: false)));

        Assert.Equal(1, await Database.ScalarAsync<long>(
            "SELECT count(DISTINCT input_per_million) FROM model_pricing p JOIN credits.prices USING (id) WHERE provider_id = $1", provider));
        Assert.Equal(800, await CountAsync());
    }

    [Fact]
    public async Task Thousands_of_prices_are_a_matter_of_seconds()
    {
        var list = Enumerable.Range(0, 5000).Select(i => ($"m{i}", i * 0.0001m)).ToArray();
        var clock = Stopwatch.StartNew();
        await ImportAsync(list, dryRun: false);
        var first = clock.Elapsed;
        clock.Restart();
        await ImportAsync(list, dryRun: false);

        output.WriteLine($"5,000 new prices: {first.TotalSeconds:F1} s, the same again: {clock.Elapsed.TotalSeconds:F1} s");
        Assert.Equal(5000, await CountAsync());
        Assert.InRange(first, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    private async Task<string> ImportAsync((string Model, decimal Input)[] list, bool dryRun)
    {
        var import = await prices.ImportAsync(
            list.Select(price => new ModelPrice(provider, price.Model, new(price.Input))), dryRun, "Import of a list",
            Caller.CommandLine, Cancel);
        Assert.True(import.Done, import.Refusal?.Message);
        return string.Join(", ", import.Value.Changes.Select(change => string.Create(CultureInfo.InvariantCulture,
            $"{change.Model} {change.Change} {change.Before?["input_per_million"] ?? "-"} {change.After["input_per_million"]}")));
    }

    private Task<long> CountAsync() =>
        Database.ScalarAsync<long>("SELECT count(*) FROM credits.prices WHERE provider = $1", provider);
}
