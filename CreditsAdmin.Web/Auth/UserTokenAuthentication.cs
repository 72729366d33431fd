using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Auth;

/// <summary>Users with the token of their own Supabase session: they may read, and row-level security decides
/// what.</summary>
internal sealed class UserTokenAuthentication(
    IOptionsMonitor<BearerOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IOptions<UserTokenOptions> supabase, TokenKeys keys)
    : BearerAuthentication(options, logger, encoder)
{
    public const string SchemeName = "UserToken";

    /// <summary>The claim with the user's id.</summary>
    public const string UserClaim = "sub";

    /// <summary>What every user may do with what is theirs.</summary>
    public static readonly string[] ReadScopes =
        ["jobs:read", "balances:read", "ledger:read", "prices:read", "receipts:read", "usage:read"];

    /// <summary>The one thing that users may write: a claim of their own.</summary>
    public const string ClaimScope = "receipts:write";

    protected override async Task<IEnumerable<Claim>?> FindClaimsAsync(string token)
    {
        if (UserToken.Read(token) is not { } read || !await IsSignedAsync(read)) return null;
        var user = read.UserAt(TimeProvider.GetUtcNow(), supabase.Value.Issuer, supabase.Value.AnonymousUsers);
        return user is { } id
            ? ReadScopes.Append(ClaimScope).Select(scope => new Claim(ScopeClaim, scope))
                .Append(new(UserClaim, id.ToString()))
            : null;
    }

    // The secret for HS256 and nothing else, public keys for what they are made for: no text of one kind is ever taken for a
    // key of the other.
    private async ValueTask<bool> IsSignedAsync(UserToken token) => token.Algorithm switch
    {
        "HS256" => supabase.Value.JwtSecret is { Length: > 0 } secret && token.IsSignedBy(Encoding.UTF8.GetBytes(secret)),
        "ES256" or "RS256" => token.KeyId is { } id
            && await keys.FindAsync(id, Context.RequestAborted) is { } key && token.IsSignedBy(key),
        _ => false,
    };
}
