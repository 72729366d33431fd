using System.CommandLine;
using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Cli;

/// <summary>Seed system 004's script of the same name: the same order of arguments, the same output. A reference that
/// was used before is refused, and the first receipt shown.</summary>
internal static class GrantCreditsCommand
{
    private static readonly string Rule = new('═', 60);

    public static Command Create()
    {
        var email = new Argument<string>("email") { Description = "Who paid." };
        var credits = new Argument<long>("credits") { Description = "How many credits they get." };
        var amount = new Argument<string>("amount") { Description = "What they paid, in dollars, such as 5.00." };
        var reference = new Argument<string?>("reference")
        { Description = "Buy Me a Coffee's reference.", Arity = ArgumentArity.ZeroOrOne };
        var notes = new Argument<string?>("notes") { Description = "Anything to remember.", Arity = ArgumentArity.ZeroOrOne };
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "When what is left is lost, such as 2027-01-31T00:00:00Z. Never by default.",
            CustomParser = Times.Parse,
        };
        var priority = new Option<int?>("--priority")
        { Description = "Credits with a smaller number are spent first: 0 to 1000, 100 by default." };
        var command = new Command("grant-credits", "Records a payment that you have checked and adds its credits.")
            { email, credits, amount, reference, notes, expires, priority };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync((services, stop) => RunAsync(
            services, parsed.GetRequiredValue(email), parsed.GetRequiredValue(amount), new(
                Guid.Empty, parsed.GetRequiredValue(credits), AmountCents: null, parsed.GetValue(reference),
                parsed.GetValue(notes), parsed.GetValue(expires), parsed.GetValue(priority)), stop), cancel));
        return command;
    }

    private static async Task<int> RunAsync(
        IServiceProvider services, string email, string amount, CheckedPayment payment, CancellationToken cancel)
    {
        if (Dollars.ToCents(amount) is not { } cents)
        {
            await Console.Error.WriteLineAsync($"'{amount}' is not an amount in dollars and cents, such as 5.00.");
            return CommandLine.WrongUsage;
        }

        Console.WriteLine($"💳 Processing credit grant...\nUser Email: {email}\nCredits to Grant: {payment.Credits}");
        Console.WriteLine($"Reference: {payment.Reference ?? "none"}\n\nStep 1: Looking up user...");
        var user = await services.GetRequiredService<CreditsDatabase>()
            .ReadAsync(db => UserQueries.FindByEmailAsync(db, email, cancel));
        if (user is null)
        {
            await Console.Error.WriteLineAsync($"There is no user with the e-mail address {email}.");
            return CommandLine.NotFound;
        }

        Console.WriteLine($"✅ User found: {user.Name ?? user.Email}\n\nStep 2: Getting current credits...");
        Console.WriteLine($"Current Credits: {user.Available}\n\nStep 3: Creating payment receipt...");
        var receipt = await services.GetRequiredService<ReceiptCommands>().RecordAsync(
            payment with { UserId = user.Id, AmountCents = cents }, Caller.CommandLine, cancel);
        if (!receipt.Done) return await RefuseAsync(receipt.Refusal);
        Print(email, receipt.Value, payment.Reference);
        return CommandLine.Done;
    }

    private static void Print(string email, ReceiptOutcome receipt, string? reference) => Console.WriteLine($"""
        ✅ Payment receipt created

        Step 4: Verifying...
        ✅ Verification successful

        {Rule}
        ✨ Credits granted successfully!

        User:              {email}
        Credits Added:     {receipt.Credits}
        Previous Total:    {receipt.AvailableBefore}
        New Total:         {receipt.Available}
        Receipt ID:        {receipt.Id}
        Reference:         {reference ?? "none"}
        {Rule}
        """);

    private static async Task<int> RefuseAsync(CreditRefusal refusal)
    {
        if (refusal.Code != RefusalCode.DuplicateReference) return await CommandScope.RefuseAsync(refusal);
        await Console.Error.WriteLineAsync($"""
            ❌ {refusal.Message} No credits were added.

            First Receipt ID:  {refusal.Text("receipt_id")}
            User ID:           {refusal.Text("user_id")}
            Status:            {refusal.Text("status")}
            Credits:           {refusal.Number("credits")?.ToString(CultureInfo.InvariantCulture) ?? "none yet"}
            Reference:         {refusal.Text("reference")}
            """);
        return CommandLine.Refused;
    }
}
