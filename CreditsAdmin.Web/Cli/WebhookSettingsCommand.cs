using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Data.Webhooks;

namespace CreditsAdmin.Web.Cli;

/// <summary>When which event happens, at the command line.</summary>
internal static class WebhookSettingsCommand
{
    public static Command Create()
    {
        var low = new Option<long?>("--low-balance") { Description = "Below so many credits a balance is low; 0 means never." };
        var user = new Option<string?>("--user")
        { Description = "Only for this user, an e-mail address or an id; without --low-balance as for everybody again." };
        var notice = new Option<int?>("--expiry-notice-days")
        { Description = "So many days before a grant expires that is told; 0 means never." };
        var keep = new Option<int?>("--keep-days") { Description = "After so many days events are forgotten." };
        var command = new Command("settings", "Shows when which event happens, and changes what is given.")
            { low, user, notice, keep };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => parsed.GetValue(user) is { } whose
            ? SetForAsync(services, whose, parsed.GetValue(low), stop)
            : ChangeAsync(services, parsed.GetValue(low), parsed.GetValue(notice), parsed.GetValue(keep), stop), cancel));
        return command;
    }

    private static async Task<int> SetForAsync(
        IServiceProvider services, string user, long? credits, CancellationToken cancel)
    {
        var id = await services.GetRequiredService<CreditsDatabase>()
            .ReadAsync(db => UserQueries.FindIdAsync(db, user, cancel));
        if (id is null)
        {
            await Console.Error.WriteLineAsync($"There is no user {user}.");
            return CommandLine.NotFound;
        }

        var set = await services.GetRequiredService<WebhookCommands>()
            .SetLowBalanceAsync(id.Value, credits, Caller.CommandLine, cancel);
        if (!set.Done) return await CommandScope.RefuseAsync(set.Refusal);
        Console.WriteLine($"low-balance         {(set.Value.Credits is { } own ? $"{own}" : "as for everybody")}");
        return CommandLine.Done;
    }

    private static async Task<int> ChangeAsync(
        IServiceProvider services, long? low, int? notice, int? keep, CancellationToken cancel)
    {
        var settings = await services.GetRequiredService<WebhookCommands>()
            .ChangeSettingsAsync(low, notice, keep, Caller.CommandLine, cancel);
        if (!settings.Done) return await CommandScope.RefuseAsync(settings.Refusal);
        Console.WriteLine($"low-balance         {settings.Value.LowBalance}");
        Console.WriteLine($"expiry-notice-days  {settings.Value.ExpiryNoticeDays}");
        Console.WriteLine($"keep-days           {settings.Value.KeepDays}");
        return CommandLine.Done;
    }
}
