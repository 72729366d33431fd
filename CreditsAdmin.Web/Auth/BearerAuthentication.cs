using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Auth;

/// <summary>How a refusal is answered. Set by whoever registers the scheme, so that this folder knows no answer's
/// form.</summary>
internal sealed class BearerOptions : AuthenticationSchemeOptions
{
    /// <summary>Answers a caller who is not known; the exception says why it could not be found out.</summary>
    public Func<HttpContext, Exception?, Task> Unknown { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Answers a caller who is known and may not do this.</summary>
    public Func<HttpContext, Task> Forbidden { get; set; } = _ => Task.CompletedTask;
}

/// <summary>What API keys and user tokens share: one Authorization header, <c>Bearer</c>, and answers that say nothing
/// about why a token is not good.</summary>
internal abstract class BearerAuthentication(
    IOptionsMonitor<BearerOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<BearerOptions>(options, logger, encoder)
{
    /// <summary>Each thing a caller may do, such as <c>jobs:write</c>, is one claim of this type.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>The token of the request's only Authorization header; null for none, several or another form.</summary>
    public static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && header[7..] is { Length: > 0 } token
        && !token.AsSpan().ContainsAny(" \t,")
            ? token
            : null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (TokenOf(Request) is not { } token) return AuthenticateResult.NoResult();
        try
        {
            return await FindClaimsAsync(token) is { } claims
                ? AuthenticateResult.Success(new(new(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return AuthenticateResult.Fail(error);
        }
    }

    /// <summary>Who the token belongs to and what they may do; null when it is not good.</summary>
    protected abstract Task<IEnumerable<Claim>?> FindClaimsAsync(string token);

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await Options.Unknown(Context, (await HandleAuthenticateOnceSafeAsync()).Failure);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Options.Forbidden(Context);
}
