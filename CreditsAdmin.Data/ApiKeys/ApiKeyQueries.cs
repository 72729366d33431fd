using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.ApiKeys;

/// <summary>Reads API keys.</summary>
public static class ApiKeyQueries
{
    /// <summary>The key that this text is, when it exists and was not revoked; null otherwise.</summary>
    public static async Task<ApiKey?> AuthenticateAsync(CreditsDb db, string key, CancellationToken cancel)
    {
        if (ApiKey.LookupOf(key) is not { } lookup) return null;
        var found = await db.ApiKeys.SingleOrDefaultAsync(one => one.Lookup == lookup && one.RevokedAt == null, cancel);
        return found is not null && CryptographicOperations.FixedTimeEquals(found.SecretHash, ApiKey.Hash(key))
            ? found
            : null;
    }
}
