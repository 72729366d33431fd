using CreditsAdmin.Data;
using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Authentication;

namespace CreditsAdmin.Web.Api;

/// <summary>What a route asks of its callers, such as <c>jobs:write</c>; any of several will do.</summary>
internal sealed record RequiredScope(params string[] Names)
{
    public string Name => string.Join(" or ", Names);
}

/// <summary>A route that is about the caller, who must be a user.</summary>
internal sealed record UsersOnly;

/// <summary>Who may call what: front ends with an API key, users with their own token. Both schemes work here
/// only.</summary>
internal static class ApiAccess
{
    /// <summary>Finds out who calls, whichever of the two credentials they show.</summary>
    public const string EitherScheme = "CreditsApi";

    public static void AddApiAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<UserTokenOptions>().Bind(configuration.GetSection("Supabase")).ValidateOnStart()
            .Validate(options => options.HasUsableSecret,
                "Supabase:JwtSecret must have at least 32 characters, or be left out.")
            .Validate(options => options.HasUsableAddresses,
                "Supabase:Url and Supabase:JwksUrl must be https addresses (http on this machine only), or be left out.");
        services.AddSingleton<TokenKeys>();
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<ApiKeyUses>();
        services.AddAuthentication()
            .AddScheme<BearerOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, AnswerWithProblems)
            .AddScheme<BearerOptions, UserTokenAuthentication>(UserTokenAuthentication.SchemeName, AnswerWithProblems)
            .AddPolicyScheme(EitherScheme, null, options => options.ForwardDefaultSelector = SchemeOf);
        services.AddAuthorization();
    }

    /// <summary>Lets those in who have one of these scopes. Users have the reading ones, for what is theirs.</summary>
    public static void RequireScope(this RouteHandlerBuilder route, params string[] scopes) => route
        .WithMetadata(new RequiredScope(scopes))
        .RequireAuthorization(policy => policy
            .AddAuthenticationSchemes(EitherScheme).RequireClaim(BearerAuthentication.ScopeClaim, scopes));

    /// <summary>Whether the caller has one of these scopes too.</summary>
    public static bool HasScope(HttpContext http, params string[] scopes) =>
        scopes.Any(scope => http.User.HasClaim(BearerAuthentication.ScopeClaim, scope));

    /// <summary>Lets users in with their own token, and nobody else.</summary>
    public static void RequireUser(this RouteHandlerBuilder route) => route
        .WithMetadata(new UsersOnly())
        .RequireAuthorization(policy => policy
            .AddAuthenticationSchemes(EitherScheme).RequireClaim(UserTokenAuthentication.UserClaim));

    /// <summary>The front end that asks for a change. Users cannot: they have no scope to write.</summary>
    public static Caller CallerOf(HttpContext http) =>
        Caller.ApiKey(Guid.Parse(http.User.FindFirst(ApiKeyAuthentication.KeyClaim)!.Value), http.TraceIdentifier);

    /// <summary>The user whose own token it is; null for a front end.</summary>
    public static Guid? UserOf(HttpContext http) =>
        http.User.FindFirst(UserTokenAuthentication.UserClaim) is { } user ? Guid.Parse(user.Value) : null;

    /// <summary>Reads as the caller: a front end reads every user's rows, a user what row-level security
    /// leaves.</summary>
    public static Task<T> ReadForAsync<T>(
        this CreditsDatabase database, HttpContext http, Func<CreditsDb, Task<T>> read, CancellationToken cancel) =>
        UserOf(http) is { } user ? database.ReadAsUserAsync(user, read, cancel) : database.ReadAsync(read);

    private static string SchemeOf(HttpContext http) =>
        BearerAuthentication.TokenOf(http.Request) is { } token
        && !token.StartsWith(ApiKeyAuthentication.Prefix, StringComparison.Ordinal)
            ? UserTokenAuthentication.SchemeName
            : ApiKeyAuthentication.SchemeName;

    private static void AnswerWithProblems(BearerOptions options)
    {
        options.Unknown = (http, error) =>
        {
            if (error is not null) return ApiFaults.AnswerAsync(http, error);
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return new ProblemAnswer(CreditProblems.Unauthorized).ExecuteAsync(http);
        };
        options.Forbidden = http =>
        {
            var route = http.GetEndpoint()?.Metadata;
            return new ProblemAnswer(CreditProblems.Of(RefusalCode.Forbidden), route?.GetMetadata<UsersOnly>() is null
                ? $"This needs the scope {route?.GetMetadata<RequiredScope>()?.Name}."
                : "An API key is not a user: what is under /v1/me needs a user's own token.").ExecuteAsync(http);
        };
    }
}
