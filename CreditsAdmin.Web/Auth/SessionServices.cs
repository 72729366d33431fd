using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Staff;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Auth;

/// <summary>Signing in with a browser.</summary>
internal static class SessionServices
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddAuthentication(Session.Scheme).AddCookie(Session.Scheme, cookie =>
        {
            cookie.Cookie.Name = "credits-session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
            cookie.SlidingExpiration = false;
            cookie.LoginPath = "/sign-in";
            cookie.AccessDeniedPath = "/no-access";
            cookie.ReturnUrlParameter = "return";
            cookie.Events.OnValidatePrincipal = ValidateAsync;
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(Session.StaffPolicy, policy => policy.RequireRole("admin", "support"));
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SessionRevalidation>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<SignUpPolicy>();
        return services;
    }

    // A changed password or role ends the session at its next request, or after CheckEvery at the latest.
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var clock = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        if (context.Properties.GetString("checked") is { } text
            && clock.GetUtcNow() - DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) < CheckEvery)
        {
            return;
        }

        var database = context.HttpContext.RequestServices.GetRequiredService<CreditsDatabase>();
        var session = Session.From(context.Principal);
        var record = session is null ? null : await database.ReadAsync(db =>
            StaffQueries.FindSignInAsync(db, session.UserId, context.HttpContext.RequestAborted));
        if (!Session.IsStillGood(context.Principal!, record))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Session.Scheme);
            return;
        }

        context.Properties.SetString("checked", clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        // A renewed cookie lasts as long as one that is issued now would, unless it says what is left.
        context.Properties.IssuedUtc = clock.GetUtcNow();
        context.ShouldRenew = true;
    }
}
