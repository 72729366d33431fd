using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Cli;

/// <summary>Example users whose credits move through the same functions as everybody's. The same seed, the same
/// story.</summary>
internal sealed class DemoData(UserCommands users, JobCommands jobs, LedgerCommands ledger, ReceiptCommands receipts)
{
    private static readonly string[] FirstNames =
        ["Ana", "Bo", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jun", "Kai", "Lena", "Mara", "Noor", "Omar"];

    private static readonly (string Operation, int Cost)[] Operations =
        [("image", 1), ("image-hd", 3), ("video", 8), ("blog-post", 2)];

    private static readonly string[] Errors =
        ["The provider timed out", "The prompt was refused by the safety filter", "The GPU ran out of memory"];

    /// <summary>Adds the users that are not there yet and returns how many.</summary>
    public async Task<int> SeedAsync(int count, CancellationToken cancel)
    {
        var made = 0;
        for (var number = 1; number <= count; number++)
        {
            // One generator a user: how many users are asked for changes nothing about each of them.
            var random = new Random(42 + number);
            var name = FirstNames[random.Next(FirstNames.Length)];
            var email = $"{name.ToLowerInvariant()}.{number:000}@demo.example";
            var user = await users.CreateAsync(email, $"{name} Demo {number}", passwordHash: null, demo: true, cancel);
            if (!user.Done) continue;
            await LiveAsync(user.Value.Id, number, random, cancel);
            made++;
        }

        return made;
    }

    private async Task LiveAsync(Guid userId, int number, Random random, CancellationToken cancel)
    {
        await RunJobsAsync(userId, "free", random.Next(1, 6), random, cancel);
        if (random.Next(3) > 0) await PayAsync(userId, number, random, cancel);
        if (random.Next(6) == 0)
        {
            await ledger.GrantAsync(
                new(userId, random.Next(1, 5) * 5, "promotional", "Sorry for the outage on Tuesday", "demo-goodwill"),
                Caller.CommandLine, cancel);
        }

        await RunJobsAsync(userId, "paid", random.Next(0, 8), random, cancel);
    }

    private async Task PayAsync(Guid userId, int number, Random random, CancellationToken cancel)
    {
        var dollars = random.Next(1, 6) * 5;
        var reference = string.Create(CultureInfo.InvariantCulture, $"DEMO-{4000 + number}");
        var claim = await receipts.ClaimAsync(userId, new(reference, dollars * 100, "USD", "Thank you for the tool!"), cancel);
        if (!claim.Done) return;
        // One in six still waits for somebody, one in six is refused.
        var fate = random.Next(6);
        if (fate > 1) await receipts.VerifyAsync(claim.Value.Id, dollars, Caller.CommandLine, cancel);
        if (fate == 1) await receipts.RejectAsync(claim.Value.Id, "There is no such payment.", Caller.CommandLine, cancel);
    }

    private async Task RunJobsAsync(Guid userId, string batch, int count, Random random, CancellationToken cancel)
    {
        for (var i = 0; i < count; i++)
        {
            var (operation, cost) = Operations[random.Next(Operations.Length)];
            var job = await jobs.ChargeAsync(
                new(userId, operation, cost, $"demo-{batch}-{i}", """{"model":"demo-1"}"""), Caller.CommandLine, cancel);
            var end = random.Next(10);
            var error = Errors[random.Next(Errors.Length)];
            if (!job.Done) continue; // not enough credits: that happens to real users too
            long? actualCost = end == 0 && cost > 1 ? cost - 1 : null;
            if (end < 7) await jobs.CompleteAsync(job.Value.Id, actualCost, Caller.CommandLine, cancel);
            else if (end < 9) await jobs.FailAsync(job.Value.Id, error, Caller.CommandLine, cancel);
        }
    }
}
