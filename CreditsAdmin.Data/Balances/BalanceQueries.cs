using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Balances;

/// <summary>Reads balances.</summary>
public static class BalanceQueries
{
    /// <summary>The user's balance; null when there is no account, or none that the reader may see.</summary>
    public static Task<Balance?> FindAsync(CreditsDb db, Guid userId, CancellationToken cancel) =>
        db.PublicBalances.SingleOrDefaultAsync(balance => balance.UserId == userId, cancel);
}
