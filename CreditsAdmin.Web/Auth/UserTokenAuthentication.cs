using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Auth;

/// <summary>The section <c>Supabase</c> of the configuration.</summary>
internal sealed class UserTokenOptions
{
    /// <summary>The project's JWT secret. While it is missing no user's token is accepted.</summary>
    public string? JwtSecret { get; set; }

    /// <summary>A secret that can be guessed is worse than none.</summary>
    public bool IsUsable => string.IsNullOrEmpty(JwtSecret) || Encoding.UTF8.GetByteCount(JwtSecret) >= 32;
}

/// <summary>Users with the token of their own Supabase session: they may read, and row-level security decides
/// what.</summary>
internal sealed class UserTokenAuthentication(
    IOptionsMonitor<BearerOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IOptions<UserTokenOptions> supabase)
    : BearerAuthentication(options, logger, encoder)
{
    public const string SchemeName = "UserToken";

    /// <summary>The claim with the user's id.</summary>
    public const string UserClaim = "sub";

    /// <summary>What every user may do with what is theirs.</summary>
    public static readonly string[] ReadScopes = ["jobs:read", "balances:read", "ledger:read", "prices:read", "receipts:read", "usage:read"];

    /// <summary>The one thing that users may write: a claim of their own.</summary>
    public const string ClaimScope = "receipts:write";

    protected override Task<IEnumerable<Claim>?> FindClaimsAsync(string token)
    {
        var user = supabase.Value.JwtSecret is { Length: > 0 } secret
            ? UserToken.UserOf(token, Encoding.UTF8.GetBytes(secret), TimeProvider.GetUtcNow())
            : null;
        return Task.FromResult(user is { } id
            ? ReadScopes.Append(ClaimScope).Select(scope => new Claim(ScopeClaim, scope))
                .Append(new(UserClaim, id.ToString()))
            : null);
    }
}
