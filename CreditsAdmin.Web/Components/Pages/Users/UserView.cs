using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>What the page of one user shows: who they are, what they have, and the latest of everything.</summary>
public sealed record UserView(
    UserRow User, IReadOnlyList<Lot> Lots, IReadOnlyList<LedgerRow> Entries, IReadOnlyList<JobRow> Jobs,
    IReadOnlyList<ReceiptRow> Receipts)
{
    private const int Latest = 10;

    /// <summary>Reads it with six statements, however long the history is; null when there is no such user.</summary>
    public static async Task<UserView?> ReadAsync(CreditsDb db, Guid userId, CancellationToken cancel)
    {
        if (await UserQueries.FindAsync(db, userId, cancel) is not { } user) return null;
        var lots = await BalanceQueries.ExplainAsync(db, userId, asOf: null, cancel) ?? [];
        var entries = await LedgerQueries.ListAsync(db, new(UserId: userId), new(Size: Latest), cancel);
        var jobs = await JobQueries.ListAsync(db, new(UserId: userId), new(Size: Latest), cancel);
        var receipts = await ReceiptQueries.ListAsync(db, new(UserId: userId), new(Size: Latest), cancel);
        return new(user, [.. lots.Where(lot => lot.Status is "open" or "scheduled")], entries.Items, jobs.Items, receipts.Items);
    }
}
