using System.Security.Claims;
using CreditsAdmin.Data.Staff;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace CreditsAdmin.Web.Auth;

/// <summary>Somebody who is signed in with the browser: a user, or a user who is also staff.</summary>
/// <param name="Role">admin, support, or null for a user who is not staff.</param>
public sealed record Session(Guid UserId, string Email, string? Role)
{
    /// <summary>The cookie's name, which is its authentication scheme too.</summary>
    public const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    /// <summary>May open the console.</summary>
    public const string StaffPolicy = "staff";

    internal const string StampClaim = "stamp";

    /// <summary>The claims of a cookie.</summary>
    public static ClaimsPrincipal Principal(SignInRecord record)
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, record.UserId.ToString()),
            new(ClaimTypes.Name, record.Email ?? record.UserId.ToString()),
            new(StampClaim, record.SecurityStamp.ToString()),
        ];
        if (record.Role is { } role) claims.Add(new(ClaimTypes.Role, role));
        return new(new ClaimsIdentity(claims, Scheme));
    }

    /// <summary>Who the principal is; null for nobody.</summary>
    public static Session? From(ClaimsPrincipal? principal) =>
        Guid.TryParse(principal?.FindFirstValue(ClaimTypes.NameIdentifier), out var userId)
            ? new(userId, principal!.FindFirstValue(ClaimTypes.Name) ?? "", principal!.FindFirstValue(ClaimTypes.Role))
            : null;

    /// <summary>True while the password and the role are still those that the principal was made with.</summary>
    internal static bool IsStillGood(ClaimsPrincipal principal, SignInRecord? record) =>
        record is not null
        && principal.FindFirstValue(StampClaim) == record.SecurityStamp.ToString()
        && principal.FindFirstValue(ClaimTypes.Role) == record.Role;
}
