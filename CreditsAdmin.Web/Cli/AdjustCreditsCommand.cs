using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Cli;

/// <summary>Corrects a balance. Above the approval limit it asks, and an admin approves it in the console.</summary>
internal static class AdjustCreditsCommand
{
    public static Command Create()
    {
        var email = new Argument<string>("email") { Description = "Whose balance." };
        var credits = new Argument<long>("credits") { Description = "How many credits, such as 50, or -50 to take them away." };
        var category = new Argument<string>("category") { Description = "Which part of the balance: promotional or paid." };
        var reason = new Argument<string>("reason") { Description = "Why, for the audit log." };
        var key = new Option<string?>("--key")
        { Description = "An idempotency key: the same key again adjusts nothing more. Without it every call counts." };
        category.AcceptOnlyFromAmong("promotional", "paid");
        var command = new Command("adjust-credits", "Corrects a balance, up or down.") { email, credits, category, reason, key };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => RunAsync(
            services, parsed.GetRequiredValue(email), parsed.GetRequiredValue(credits), parsed.GetRequiredValue(category),
            parsed.GetRequiredValue(reason), parsed.GetValue(key) ?? Guid.NewGuid().ToString(), stop), cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        IServiceProvider services, string email, long credits, string category, string reason, string key,
        CancellationToken cancel)
    {
        var user = await services.GetRequiredService<CreditsDatabase>()
            .ReadAsync(db => UserQueries.FindByEmailAsync(db, email, cancel));
        if (user is null)
        {
            await Console.Error.WriteLineAsync($"There is no user with the e-mail address {email}.");
            return CommandLine.NotFound;
        }

        var adjusted = await services.GetRequiredService<AdjustmentCommands>().AdjustAsync(
            new(user.Id, credits, category, reason, key), Caller.CommandLine, cancel);
        if (!adjusted.Done) return await CommandScope.RefuseAsync(adjusted.Refusal);
        Console.WriteLine($"adjustment  {adjusted.Value.Id}");
        Console.WriteLine($"status      {adjusted.Value.Status}");
        if (adjusted.Value.Available is { } available) Console.WriteLine($"available   {available}");
        if (adjusted.Value.Waits)
        {
            await Console.Error.WriteLineAsync("An admin must approve it in the console within 24 hours.");
        }

        return CommandLine.Done;
    }
}
