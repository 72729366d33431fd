using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Balances;

/// <summary>Reads balances.</summary>
public static class BalanceQueries
{
    /// <summary>The user's balance; null when there is no account, or none that the reader may see.</summary>
    public static Task<Balance?> FindAsync(CreditsDb db, Guid userId, CancellationToken cancel) =>
        db.PublicBalances.SingleOrDefaultAsync(balance => balance.UserId == userId, cancel);

    /// <summary>The same with what open jobs hold and what expires next, in one statement.</summary>
    public static Task<BalanceState?> FindStateAsync(CreditsDb db, Guid userId, CancellationToken cancel) =>
        StateAsync(db.Database.SqlQuery<BalanceRow>($"""
            SELECT user_id AS "UserId", available AS "Available", free AS "Free", paid AS "Paid", version AS "Version",
                held AS "Held", next_expiry::text AS "NextExpiry"
            FROM balances WHERE user_id = {userId}
            """), cancel);

    /// <summary>The same as the last ledger entry that was written by <paramref name="asOf"/> left it.</summary>
    public static Task<BalanceState?> FindStateAsync(
        CreditsDb db, Guid userId, DateTimeOffset asOf, CancellationToken cancel) =>
        StateAsync(db.Database.SqlQuery<BalanceRow>($"""
            SELECT user_id AS "UserId", available AS "Available", free AS "Free", paid AS "Paid", version AS "Version",
                NULL::bigint AS "Held", next_expiry::text AS "NextExpiry"
            FROM balance_at({userId}, {asOf.ToUniversalTime()})
            """), cancel);

    /// <summary>The lots that the balance consists of, now or after the last ledger entry at <paramref name="asOf"/>:
    /// open ones first, in the order in which they are spent. Null when there is no account.</summary>
    public static async Task<IReadOnlyList<Lot>?> ExplainAsync(
        CreditsDb db, Guid userId, DateTimeOffset? asOf, CancellationToken cancel)
    {
        if (!await db.Accounts.AnyAsync(account => account.UserId == userId, cancel)) return null;
        var moment = asOf?.ToUniversalTime();
        return await db.Database.SqlQuery<Lot>($"""
            SELECT id AS "Id", category AS "Category", source AS "Source", priority AS "Priority",
                effective_at AS "EffectiveAt", expires_at AS "ExpiresAt", credits AS "Credits", remaining AS "Remaining",
                status AS "Status", position AS "Position"
            FROM explain_balance({userId}, {moment}::timestamptz)
            ORDER BY position NULLS LAST, effective_at, id
            """).ToListAsync(cancel);
    }

    private static async Task<BalanceState?> StateAsync(IQueryable<BalanceRow> rows, CancellationToken cancel) =>
        await rows.ToListAsync(cancel) is [{ } row] ? BalanceState.Of(row) : null;
}
