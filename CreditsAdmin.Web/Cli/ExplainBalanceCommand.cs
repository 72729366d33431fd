using System.CommandLine;
using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Cli;

internal static class ExplainBalanceCommand
{
    public static Command Create()
    {
        var user = new Argument<string>("user") { Description = "An e-mail address or a user's id." };
        var asOf = new Option<DateTimeOffset?>("--as-of")
        {
            Description = "At this moment instead of now, such as 2026-01-31T12:00:00Z. Without a zone it is UTC.",
            CustomParser = Times.Parse,
        };
        var command = new Command("explain-balance",
            "Prints the lots that a user's credits consist of, in the order in which they are spent.") { user, asOf };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => RunAsync(
            services.GetRequiredService<CreditsDatabase>(), parsed.GetRequiredValue(user), parsed.GetValue(asOf), stop), cancel));
        return command;
    }

    private static async Task<int> RunAsync(CreditsDatabase database, string user, DateTimeOffset? asOf, CancellationToken cancel)
    {
        var lots = await database.ReadAsync(async db => await UserQueries.FindIdAsync(db, user, cancel) is { } id
            ? await BalanceQueries.ExplainAsync(db, id, asOf, cancel)
            : null);
        if (lots is null)
        {
            await Console.Error.WriteLineAsync($"There is no user {user}.");
            return CommandLine.NotFound;
        }

        Console.WriteLine(Line("LOT", "CATEGORY", "SOURCE", "STATUS", "LEFT", "OF", "PRIORITY", "EXPIRES"));
        foreach (var lot in lots)
        {
            Console.WriteLine(Line(lot.Id?.ToString() ?? "none yet", lot.Category, lot.Source, lot.Status, Text(lot.Remaining),
                Text(lot.Credits), lot.Priority is { } priority ? Text(priority) : "first",
                Times.Text(lot.ExpiresAt) ?? "never"));
        }

        Console.WriteLine(Line("free", "promotional", "", "", Text(Sum(lots, "promotional")), "", "", ""));
        Console.WriteLine(Line("paid", "paid", "", "", Text(Sum(lots, "paid")), "", "", ""));
        return CommandLine.Done;
    }

    private static long Sum(IReadOnlyList<Lot> lots, string category) =>
        lots.Where(lot => lot.Category == category).Sum(lot => lot.Remaining);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Line(
        string lot, string category, string source, string status, string left, string of, string priority, string expires) =>
        $"{lot,-36}  {category,-11}  {source,-10}  {status,-9}  {left,12}  {of,12}  {priority,8}  {expires}".TrimEnd();
}
