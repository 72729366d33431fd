using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.ApiKeys;

/// <summary>A key that works, and when the text that was sent for it stops working by itself; null for never.</summary>
public sealed record WorkingKey(ApiKey Key, DateTimeOffset? Until);

/// <summary>Reads API keys.</summary>
public static class ApiKeyQueries
{
    /// <summary>The key that this text is, when it exists, has not expired and was not revoked; null otherwise. Also the
    /// text before the last rotation, while that works.</summary>
    public static async Task<WorkingKey?> AuthenticateAsync(
        CreditsDb db, string key, DateTimeOffset now, CancellationToken cancel)
    {
        if (ApiKey.LookupOf(key) is not { } lookup) return null;
        var found = await db.ApiKeys.SingleOrDefaultAsync(
            one => (one.Lookup == lookup || one.PreviousLookup == lookup) && one.RevokedAt == null, cancel);
        return found is not null && found.Is(key, now, out var until) ? new(found, until) : null;
    }

    /// <summary>Every key, newest first, without those that were revoked.</summary>
    public static Task<List<ApiKey>> ListAsync(CreditsDb db, CancellationToken cancel) =>
        db.ApiKeys.Where(key => key.RevokedAt == null).OrderByDescending(key => key.CreatedAt).ToListAsync(cancel);
}
