using System.Security.Claims;
using System.Text.Encodings.Web;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Auth;

/// <summary>Front ends: <c>Authorization: Bearer ca_live_…</c>.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<BearerOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    CreditsDatabase database, ApiKeyCache cache, ApiKeyUses uses) : BearerAuthentication(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    /// <summary>What every key begins with, and no user's token does.</summary>
    public const string Prefix = "ca_live_";

    /// <summary>The claim with the key's id.</summary>
    public const string KeyClaim = "key";

    protected override async Task<IEnumerable<Claim>?> FindClaimsAsync(string token)
    {
        // A good form first: nothing else costs a hash or a query.
        if (ApiKey.LookupOf(token) is null) return null;
        var key = cache.Find(token);
        if (key is null)
        {
            var now = TimeProvider.GetUtcNow();
            var working = await database.ReadAsync(
                db => ApiKeyQueries.AuthenticateAsync(db, token, now, Context.RequestAborted));
            if (working is null) return null;
            key = working.Key;
            cache.Keep(token, key, working.Until - now);
            uses.Note(key, now);
        }

        // Whoever may write jobs, receipts, prices or usage may read them.
        var scopes = key.Scopes.Union(key.Scopes.Select(scope => scope.Replace(":write", ":read", StringComparison.Ordinal)));
        return scopes.Select(scope => new Claim(ScopeClaim, scope)).Append(new(KeyClaim, key.Id.ToString()));
    }
}

/// <summary>Keys that were good a moment ago, so that not every request asks the database. Found by the key's hash: the
/// key itself is not kept. Unknown keys are not kept either, so guessing cannot push good ones out.</summary>
internal sealed class ApiKeyCache : IDisposable
{
    // A revoked key reads on for at most this long, whatever moves credits looks it up again. A secret that was rotated away
    // works on so long: revoke a key that leaked.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly MemoryCache keys = new(new MemoryCacheOptions { SizeLimit = 1_000 });

    public ApiKey? Find(string key) => keys.Get<ApiKey>(HashOf(key));

    /// <summary>Keeps it for a moment, and never longer than it works.</summary>
    public void Keep(string text, ApiKey key, TimeSpan? works) =>
        keys.Set(HashOf(text), key, new MemoryCacheEntryOptions
        {
            AbsoluteExpirationRelativeToNow = works < Lifetime ? works : Lifetime,
            Size = 1,
        });

    public void Dispose() => keys.Dispose();

    private static string HashOf(string key) => Convert.ToHexString(ApiKey.Hash(key));
}
