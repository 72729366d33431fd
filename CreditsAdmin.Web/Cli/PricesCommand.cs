using System.CommandLine;
using System.CommandLine.Parsing;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Pricing;

namespace CreditsAdmin.Web.Cli;

internal static class PricesCommand
{
    public static Command Create() => new("prices", "What models cost in dollars, and operations in credits.")
    {
        CreateList(), CreateSet(), ImportPricesCommand.Create(),
    };

    private static Command CreateList()
    {
        var provider = new Option<string?>("--provider") { Description = "Of this provider only." };
        var model = new Option<string?>("--model") { Description = "Of this model only." };
        var at = new Option<DateTimeOffset?>("--at")
        {
            Description = "In force at this moment instead of now, such as 2026-01-31T12:00:00Z. Without a zone it is UTC.",
            CustomParser = Times.Parse,
        };
        var history = new Option<bool>("--history") { Description = "Every version that there ever was or will be." };
        var command = new Command("list", "Prints prices, those made last first.") { provider, model, at, history };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => ListAsync(
            services.GetRequiredService<CreditsDatabase>(), new(parsed.GetValue(provider), parsed.GetValue(model),
                parsed.GetValue(at), parsed.GetValue(history)), stop), cancel));
        return command;
    }

    private static Command CreateSet()
    {
        var provider = new Option<string?>("--provider") { Description = "Such as openai." };
        var model = new Option<string?>("--model") { Description = "Such as gpt-4o." };
        var operation = new Option<string?>("--operation") { Description = "Only for this operation. Needed with --credits." };
        var input = Dollars("--input-per-million", "Dollars for a million input tokens, such as 2.50.");
        var cached = Dollars("--cached-input-per-million", "The same for those that the provider had in its cache.");
        var output = Dollars("--output-per-million", "Dollars for a million output tokens.");
        var image = Dollars("--per-image", "Dollars for an image.");
        var second = Dollars("--per-second", "Dollars for a second of sound or film.");
        var credits = new Option<long?>("--credits") { Description = "Credits for a whole job, in place of dollars." };
        var from = new Option<DateTimeOffset?>("--from")
        {
            Description = "When it begins instead of now, such as 2026-02-01T00:00:00Z. Without a zone it is UTC.",
            CustomParser = Times.Parse,
        };
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log." };
        var command = new Command("set", "Sets a price: a new version that ends the one before it.")
        {
            provider, model, operation, input, cached, output, image, second, credits, from, reason,
        };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => SetAsync(
            services.GetRequiredService<PriceCommands>(), new(
                parsed.GetValue(provider), parsed.GetValue(model), parsed.GetValue(operation),
                new(parsed.GetValue(input), parsed.GetValue(cached), parsed.GetValue(output), parsed.GetValue(image),
                    parsed.GetValue(second)),
                parsed.GetValue(credits), parsed.GetValue(from), parsed.GetValue(reason)), stop), cancel));
        return command;
    }

    private static async Task<int> ListAsync(CreditsDatabase database, PriceFilter filter, CancellationToken cancel)
    {
        Console.WriteLine(Line("PROVIDER", "MODEL", "OPERATION", "FROM", "TO", "COSTS"));
        for (var page = new Keyset<Guid>(Size: 500); ;)
        {
            var at = page;
            var prices = await database.ReadAsync(db => PriceQueries.ListAsync(db, filter, at, cancel));
            foreach (var price in prices.Items) Print(price);
            if (!prices.HasOlder) return CommandLine.Done;
            page = page with { Before = prices.Items[^1].Id };
        }
    }

    private static async Task<int> SetAsync(PriceCommands prices, PriceRequest price, CancellationToken cancel)
    {
        var set = await prices.SetAsync(price, Caller.CommandLine, cancel);
        if (!set.Done) return await CommandScope.RefuseAsync(set.Refusal);
        if (!set.Value.Changed) await Console.Error.WriteLineAsync("It costs that already. Nothing was changed.");
        Print(set.Value.Price);
        return CommandLine.Done;
    }

    private static void Print(Price price)
    {
        var rates = new PriceRates(
            price.InputPerMillion, price.CachedInputPerMillion, price.OutputPerMillion, price.PerImage, price.PerSecond);
        var costs = rates.Named.Where(rate => rate.Dollars is not null)
            .Select(rate => $"{rate.Name} {PlainDecimal.Text(rate.Dollars!.Value)}")
            .Concat(price.Credits is { } credits ? [$"credits {credits}"] : []);
        Console.WriteLine(Line(price.Provider ?? "any", price.Model ?? "any", price.Operation ?? "any",
            Times.Text(price.EffectiveFrom)!, Times.Text(price.EffectiveTo) ?? "-", string.Join(", ", costs)));
    }

    private static string Line(string provider, string model, string operation, string from, string to, string costs) =>
        $"{provider,-16}  {model,-40}  {operation,-16}  {from,-20}  {to,-20}  {costs}";

    private static Option<decimal?> Dollars(string name, string description) =>
        new(name) { Description = description, CustomParser = ParseDollars };

    private static decimal? ParseDollars(ArgumentResult argument)
    {
        var typed = argument.Tokens.Single().Value;
        if (PlainDecimal.Parse(typed) is { } dollars) return dollars;
        argument.AddError($"'{typed}' is no number of dollars, such as 2.50.");
        return null;
    }
}
