using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Pricing;

namespace CreditsAdmin.Web.Cli;

internal static class ImportPricesCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "LiteLLM's model_prices_and_context_window.json, or CSV with the columns provider_id, model_id, "
                + "input_price_per_1k_tokens, output_price_per_1k_tokens and, where there are any, "
                + "cached_input_price_per_1k_tokens, price_per_image, price_per_second.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would change." };
        var command = new Command("import",
            "Sets the prices of a list, all in one transaction. What the list does not name stays as it is.") { file, dryRun };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => RunAsync(
            services.GetRequiredService<PriceCommands>(), parsed.GetRequiredValue(file), parsed.GetValue(dryRun), stop), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PriceCommands prices, string file, bool dryRun, CancellationToken cancel)
    {
        PriceList list;
        try
        {
            list = PriceList.Read(await File.ReadAllTextAsync(file, cancel));
        }
        catch (Exception error) when (error is FormatException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return CommandLine.Failed;
        }

        var import = await prices.ImportAsync(
            list.Prices, dryRun, $"Import of {Path.GetFileName(file)}", Caller.CommandLine, cancel);
        if (!import.Done) return await CommandScope.RefuseAsync(import.Refusal);
        Report(import.Value.Changes, list.LeftOut, dryRun);
        return CommandLine.Done;
    }

    private static void Report(IReadOnlyList<PriceChange> changes, IReadOnlyList<LeftOut> leftOut, bool dryRun)
    {
        foreach (var left in leftOut) Console.WriteLine($"left out   {left.Entry}: {left.Why}");
        foreach (var change in changes.Where(change => change.Change != "unchanged"))
        {
            Console.WriteLine($"{change.Change,-9}  {change.Provider} {change.Model}: {Rates(change)}");
        }

        Console.WriteLine($"{Count("new")} new, {Count("changed")} changed, {Count("unchanged")} unchanged, "
            + $"{leftOut.Count} left out.{(dryRun ? " A dry run: nothing was written." : "")}");

        int Count(string what) => changes.Count(change => change.Change == what);
    }

    // Of a changed price only what changes: old -> new.
    private static string Rates(PriceChange change)
    {
        return string.Join(", ", change.After.Keys.Union(change.Before?.Keys ?? []).Select(Rate).OfType<string>());

        string? Rate(string name)
        {
            var (old, now) = (change.Before?.GetValueOrDefault(name), change.After.GetValueOrDefault(name));
            return old == now ? null
                : change.Before is null ? $"{name} {now}"
                : $"{name} {old ?? "none"} -> {now ?? "none"}";
        }
    }
}
