using System.Net;
using System.Net.Sockets;
using CreditsAdmin.Web.Api;
using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Diagnostics;

namespace CreditsAdmin.Web.RateLimits;

/// <summary>Whose requests a request is counted with, and by which limit.</summary>
/// <param name="Rule">Null: this request is not limited.</param>
/// <param name="Identifier">An API key's id, a user's id or an address.</param>
internal readonly record struct RateLimitPartition(RateLimitRule? Rule, string Identifier)
{
    /// <summary>Where a password is looked at, or an account made.</summary>
    private static readonly string[] SignIns = ["/sign-in", "/sign-up", "/set-up"];

    /// <summary>An API key or a user by who they proved to be; everybody else by where they come from. Signing in always
    /// counts for the address.</summary>
    public static async ValueTask<RateLimitPartition> OfAsync(HttpContext http, RateLimitRules rules)
    {
        // An error page that stands in for an answer belongs to a request that was counted.
        if (http.Features.Get<IStatusCodeReExecuteFeature>() is not null
            || http.Features.Get<IExceptionHandlerFeature>() is not null) return default;
        // Whoever watches the app must not be told that it is away because they looked often.
        if (http.Request.Path.StartsWithSegments("/health")) return default;
        var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        if (!reads && SignIns.Any(path => http.Request.Path.StartsWithSegments(path)))
        {
            return new(rules.SignIn, AddressOf(http));
        }

        if (http.GetEndpoint()?.Metadata is { } route
            && (route.GetMetadata<RequiredScope>() is not null || route.GetMetadata<UsersOnly>() is not null))
        {
            // Kept by the scheme: the route's own check, which comes next, finds the same result.
            var caller = await http.AuthenticateAsync(ApiAccess.EitherScheme);
            // The database could not say who this is. The answer says so; it is nobody's fault.
            if (caller.Failure is not null) return default;
            if (caller.Principal?.FindFirst(ApiKeyAuthentication.KeyClaim) is { } key)
            {
                return new(reads ? rules.KeyReads : rules.KeyWrites, key.Value);
            }

            if (caller.Principal?.FindFirst(UserTokenAuthentication.UserClaim) is { } user)
            {
                return new(reads ? rules.UserReads : rules.UserWrites, user.Value);
            }
        }
        else if (Session.From(http.User) is { } session)
        {
            return new(reads ? rules.UserReads : rules.UserWrites, session.UserId.ToString());
        }

        return new(reads ? rules.AddressReads : rules.AddressWrites, AddressOf(http));
    }

    /// <summary>The peer's address, or the one that a configured proxy names. Of IPv6 the first 64 bits: a household or a
    /// server has all addresses behind them.</summary>
    internal static string AddressOf(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
