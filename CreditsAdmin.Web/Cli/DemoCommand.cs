using System.CommandLine;
using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Cli;

internal static class DemoCommand
{
    public static Command Create() => new("demo", "Example data, marked as such and removable.") { Seed(), Clear() };

    private static Command Seed()
    {
        var users = new Option<int>("--users") { Description = "How many users, 1 to 500.", DefaultValueFactory = _ => 60 };
        var command = new Command("seed", "Adds users with jobs, payments and grants: the same ones every time.") { users };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var made = await ActivatorUtilities.CreateInstance<DemoData>(services)
                .SeedAsync(Math.Clamp(parsed.GetValue(users), 1, 500), stop);
            Console.WriteLine(made == 0 ? "The demo data is there already." : $"{made} demo users were added.");
            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Command Clear()
    {
        var command = new Command("clear", "Removes the example data and nothing else.");
        command.SetAction((_, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var removed = await services.GetRequiredService<CreditsDatabase>().ClearDemoDataAsync(Caller.CommandLine, stop);
            Console.WriteLine($"{removed} demo users were removed.");
            return CommandLine.Done;
        }, cancel));
        return command;
    }
}
