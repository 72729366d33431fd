using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Ledger;

/// <summary>What one kind of entry moved on one day, for one operation.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Kind">grant, purchase, charge, refund, clawback, expiry or adjustment.</param>
/// <param name="Operation">Of the jobs; empty where there are none.</param>
/// <param name="Entries">How many.</param>
/// <param name="Credits">The sum of their deltas, free and paid together; negative when credits were spent.</param>
/// <param name="FreeCredits">The free part of it.</param>
public sealed record DailyTotal(DateOnly Day, string Kind, string Operation, long Entries, long Credits, long FreeCredits);

/// <summary>Reads totals: closed days from the rollup, what came since from the ledger itself.</summary>
public static class DailyTotalQueries
{
    /// <summary>The totals of these days, both included, oldest first, with everything up to now.</summary>
    public static Task<List<DailyTotal>> ListAsync(CreditsDb db, DateOnly from, DateOnly to, CancellationToken cancel) =>
        db.Database.SqlQuery<DailyTotal>($"""
            SELECT day AS "Day", kind AS "Kind", operation AS "Operation", entries AS "Entries", credits AS "Credits",
                free_credits AS "FreeCredits"
            FROM daily_totals({from}, {to})
            """).ToListAsync(cancel);
}
