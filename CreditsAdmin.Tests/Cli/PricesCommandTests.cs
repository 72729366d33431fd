namespace CreditsAdmin.Tests.Cli;

/// <summary>Prices at the command line.</summary>
public class PricesCommandTests(CommandFolder folder) : IClassFixture<CommandFolder>
{
    [Fact]
    public async Task A_list_is_tried_imported_and_then_changes_nothing()
    {
        var file = Path.Combine(folder.Path, "prices.json");
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllTextAsync(file, """
            {"sample_spec": {"litellm_provider": "one of many", "input_cost_per_token": 0.0},
             "big-model": {"litellm_provider": "acme", "mode": "chat", "input_cost_per_token": 1.5E-06, "output_cost_per_token": 6e-06},
             "painter": {"litellm_provider": "acme", "mode": "image_generation", "input_cost_per_pixel": 1.9e-08}}
            """, Xunit.TestContext.Current.CancellationToken);

        var dry = await folder.RunAsync("", "prices", "import", file, "--dry-run");
        var real = await folder.RunAsync("", "prices", "import", file);
        await File.WriteAllTextAsync(file, """
            provider_id,model_id,input_price_per_1k_tokens,output_price_per_1k_tokens
            acme,big-model,0.002,0.006
            """, Xunit.TestContext.Current.CancellationToken);
        var changed = await folder.RunAsync("", "prices", "import", file);
        var again = await folder.RunAsync("", "prices", "import", file);
        var list = await folder.RunAsync("", "prices", "list", "--provider", "acme", "--model", "big-model", "--history");

        Assert.Equal((0, 0, 0, 0, 0), (dry.ExitCode, real.ExitCode, changed.ExitCode, again.ExitCode, list.ExitCode));
        Assert.Contains("left out   sample_spec: it describes the format", dry.Out, StringComparison.Ordinal);
        Assert.Contains("left out   painter: it costs by what a price has no rate for: input_cost_per_pixel", dry.Out, StringComparison.Ordinal);
        Assert.Contains("new        acme big-model: input_per_million 1.5, output_per_million 6", dry.Out, StringComparison.Ordinal);
        Assert.EndsWith("1 new, 0 changed, 0 unchanged, 2 left out. A dry run: nothing was written.\n", dry.Out, StringComparison.Ordinal);
        Assert.EndsWith("1 new, 0 changed, 0 unchanged, 2 left out.\n", real.Out, StringComparison.Ordinal);
        Assert.Contains("changed    acme big-model: input_per_million 1.5 -> 2\n", changed.Out, StringComparison.Ordinal);
        Assert.Equal("0 new, 0 changed, 1 unchanged, 0 left out.\n", again.Out);
        Assert.Equal(3, list.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_price_is_set_once_and_refused_when_it_means_nothing()
    {
        string[] price = ["prices", "set", "--provider", "acme", "--model", "small", "--input-per-million", "0.25"];
        var first = await folder.RunAsync("", price);
        var again = await folder.RunAsync("", price);
        var refused = await folder.RunAsync("", "prices", "set", "--provider", "acme", "--model", "small");
        var nonsense = await folder.RunAsync("", "prices", "set", "--provider", "acme", "--model", "small", "--per-image", "free");

        Assert.Equal((0, 0, 4, 2), (first.ExitCode, again.ExitCode, refused.ExitCode, nonsense.ExitCode));
        Assert.Contains("input_per_million 0.25", first.Out, StringComparison.Ordinal);
        Assert.Equal(first.Out, again.Out);
        Assert.Contains("costs that already", again.Error, StringComparison.Ordinal);
    }
}
