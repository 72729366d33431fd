using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Ledger;

/// <summary>Reads whether the books are right.</summary>
public static class LedgerCheckQueries
{
    /// <summary>Checks every row now, in one snapshot. Seconds for each million entries; keeps nothing.</summary>
    public static async Task<IReadOnlyList<Invariant>> CheckAsync(CreditsDb db, CancellationToken cancel)
    {
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        return await db.Database.SqlQuery<Invariant>(
            $"""
            SELECT invariant AS "Number", law AS "Law", violations AS "Violations", example AS "Example" FROM check_ledger()
            """)
            .ToListAsync(cancel);
    }

    /// <summary>What the background check knows; null while it has never run.</summary>
    public static async Task<LedgerHealth?> HealthAsync(CreditsDb db, CancellationToken cancel)
    {
        var last = await db.LedgerChecks.OrderByDescending(check => check.Id).FirstOrDefaultAsync(cancel);
        if (last is null) return null;
        var full = await db.LedgerChecks.Where(check => check.Scope == "full").OrderByDescending(check => check.Id)
            .FirstOrDefaultAsync(cancel);
        return new(last, full);
    }

    /// <summary>Every invariant, with what the background check last found of it.</summary>
    public static async Task<IReadOnlyList<Invariant>> KnownAsync(CreditsDb db, LedgerHealth? health, CancellationToken cancel)
    {
        var all = await db.Database.SqlQuery<Invariant>(
            $"""
            SELECT invariant AS "Number", law AS "Law", 0::bigint AS "Violations", NULL::text AS "Example"
            FROM credits.invariants
            """)
            .OrderBy(invariant => invariant.Number.Length).ThenBy(invariant => invariant.Number)
            .ToListAsync(cancel);
        var broken = (health?.Broken ?? []).ToDictionary(invariant => invariant.Number);
        return [.. all.Select(invariant => broken.GetValueOrDefault(invariant.Number, invariant))];
    }

    /// <summary>The last seal; null while nothing is sealed.</summary>
    public static Task<Seal?> LastSealAsync(CreditsDb db, CancellationToken cancel) =>
        db.Seals.OrderByDescending(seal => seal.Id).FirstOrDefaultAsync(cancel);

    /// <summary>Whether there is a seal with this hash.</summary>
    public static Task<bool> HasSealAsync(CreditsDb db, byte[] hash, CancellationToken cancel) =>
        db.Seals.AnyAsync(seal => seal.Hash == hash, cancel);
}
