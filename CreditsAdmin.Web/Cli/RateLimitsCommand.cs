using System.CommandLine;
using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.RateLimits;

namespace CreditsAdmin.Web.Cli;

internal static class RateLimitsCommand
{
    public static Command Create() => new("rate-limits", "Limits of keys, users and addresses.") { CreateRefusals() };

    private static Command CreateRefusals()
    {
        var most = new Option<int>("--most") { Description = "So many lines.", DefaultValueFactory = _ => 50 };
        var command = new Command("refusals", "Prints who was refused, latest first, a line for each limit and window.")
        {
            most,
        };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var refusals = await services.GetRequiredService<CreditsDatabase>().ReadAsync(
                db => RateLimitQueries.RefusalsAsync(db, parsed.GetRequiredValue(most), stop));
            foreach (var one in refusals)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{one.LastAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} {one.Type} {one.Identifier} refused {one.Refused} "
                    + $"of {one.MaxRequests}/{one.WindowSeconds}{(one.Sliding ? " sliding" : "")}"));
            }

            if (refusals.Count == 0) await Console.Error.WriteLineAsync("Nobody was refused.");
            return CommandLine.Done;
        }, cancel));
        return command;
    }
}
