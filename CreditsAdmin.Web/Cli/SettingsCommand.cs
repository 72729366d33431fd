using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Settings;

namespace CreditsAdmin.Web.Cli;

internal static class SettingsCommand
{
    public static Command Create()
    {
        var signUp = new Option<long?>("--sign-up-credits") { Description = "Free credits that a new account starts with." };
        var price = new Option<long?>("--cents-per-credit")
        { Description = "What one credit costs, to suggest credits for a payment." };
        var command = new Command("settings", "Shows the settings, and changes those that are given.") { signUp, price };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var settings = await services.GetRequiredService<SettingsCommands>()
                .ChangeAsync(parsed.GetValue(signUp), parsed.GetValue(price), Caller.CommandLine, stop);
            if (!settings.Done) return await CommandScope.RefuseAsync(settings.Refusal);
            Console.WriteLine($"sign-up-credits   {settings.Value.SignUpCredits}");
            Console.WriteLine($"cents-per-credit  {settings.Value.CentsPerCredit}");
            return CommandLine.Done;
        }, cancel));
        return command;
    }
}
