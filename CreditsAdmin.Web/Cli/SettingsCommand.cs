using System.CommandLine;
using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Settings;

namespace CreditsAdmin.Web.Cli;

internal static class SettingsCommand
{
    public static Command Create()
    {
        var signUp = new Option<long?>("--sign-up-credits") { Description = "Free credits that a new account starts with." };
        var price = new Option<long?>("--cents-per-credit")
        { Description = "What one credit costs, for payments and for usage that is priced in dollars." };
        var limit = new Option<long?>("--approval-limit")
        { Description = "Adjustments, reversals and refunds of more credits than this wait for a second admin." };
        var timeout = new Option<int?>("--job-timeout-seconds")
        { Description = "After so long a job that nobody finished expires." };
        var markup = new Option<decimal?>("--usage-markup")
        { Description = "Percent that users are charged on top of what their usage costs, such as 20." };
        var command = new Command("settings", "Shows the settings, and changes those that are given.")
            { signUp, price, limit, timeout, markup };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => RunAsync(services, new(
            parsed.GetValue(signUp), parsed.GetValue(price), parsed.GetValue(limit), parsed.GetValue(timeout),
            parsed.GetValue(markup)), stop), cancel));
        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, SettingsChange change, CancellationToken cancel)
    {
        var settings = await services.GetRequiredService<SettingsCommands>().ChangeAsync(change, Caller.CommandLine, cancel);
        if (!settings.Done) return await CommandScope.RefuseAsync(settings.Refusal);
        Console.WriteLine($"sign-up-credits      {settings.Value.SignUpCredits}");
        Console.WriteLine($"cents-per-credit     {settings.Value.CentsPerCredit}");
        Console.WriteLine($"approval-limit       {settings.Value.ApprovalLimit}");
        Console.WriteLine($"job-timeout-seconds  {settings.Value.JobTimeoutSeconds}");
        Console.WriteLine($"usage-markup         {settings.Value.UsageMarkup.ToString(CultureInfo.InvariantCulture)}");
        return CommandLine.Done;
    }
}
