using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.RateLimits;

/// <summary>Reads what was refused.</summary>
public static class RateLimitQueries
{
    /// <summary>The latest refusals, newest first. What an instance refused by itself appears a few seconds later.</summary>
    public static Task<List<RateLimitRefusals>> RefusalsAsync(CreditsDb db, int most, CancellationToken cancel) =>
        db.RateLimitRefusals.OrderByDescending(refusals => refusals.LastAt).Take(most).ToListAsync(cancel);
}
