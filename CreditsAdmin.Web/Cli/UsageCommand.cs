using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Usage;

namespace CreditsAdmin.Web.Cli;

internal static class UsageCommand
{
    public static Command Create() => new("usage", "What models were used for.") { CreateMargins() };

    private static Command CreateMargins()
    {
        var from = Day("--from", "The first day, UTC; 29 days before the last one when it is left out.");
        var to = Day("--to", "The last day, UTC; today when it is left out.");
        var command = new Command("margins",
            "Prints what each model earned and cost, in dollars: what users were charged less what the provider takes.")
            { from, to };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => RunAsync(
            services.GetRequiredService<CreditsDatabase>(), parsed.GetValue(from), parsed.GetValue(to), stop), cancel));
        return command;
    }

    private static async Task<int> RunAsync(CreditsDatabase database, DateOnly? from, DateOnly? to, CancellationToken cancel)
    {
        var last = to ?? DateOnly.FromDateTime(DateTime.UtcNow);
        var margins = await database.ReadAsync(db => UsageQueries.MarginsAsync(db, from ?? last.AddDays(-29), last, cancel));
        Console.WriteLine(Line("PROVIDER", "MODEL", "RECORDS", "CHARGED", "COST", "DIFFERENCE"));
        foreach (var margin in margins)
        {
            Console.WriteLine(Line(margin.Provider, margin.Model, margin.Records.ToString(CultureInfo.InvariantCulture),
                margin.Charged, margin.Cost, margin.Difference));
        }

        return CommandLine.Done;
    }

    private static Option<DateOnly?> Day(string name, string description) =>
        new(name) { Description = description, CustomParser = ParseDay };

    private static DateOnly? ParseDay(ArgumentResult argument)
    {
        var typed = argument.Tokens.Single().Value;
        if (DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year is >= 2000 and <= 2999) return day;
        argument.AddError($"'{typed}' is not a day, such as 2026-01-31.");
        return null;
    }

    private static string Line(string provider, string model, string records, string charged, string cost, string difference) =>
        $"{provider,-16}  {model,-40}  {records,10}  {charged,16}  {cost,16}  {difference,16}";
}
