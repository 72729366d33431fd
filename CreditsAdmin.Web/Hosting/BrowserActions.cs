using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Forms that no page owns. Each carries an antiforgery token.</summary>
internal static class BrowserActions
{
    public static void MapBrowserActions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", Home);
        routes.MapPost("/sign-out", SignOutAsync);
        routes.MapPost("/theme", ChangeTheme);
    }

    private static IResult Home(HttpContext http) => Results.LocalRedirect(Session.From(http.User) switch
    {
        null => "/sign-in",
        { Role: not null } => "/admin/users",
        _ => "/balance",
    });

    private static async Task<IResult> SignOutAsync(HttpContext http, [FromForm] string? ignored)
    {
        await http.SignOutAsync(Session.Scheme);
        return Results.LocalRedirect("/sign-in");
    }

    private static IResult ChangeTheme(HttpContext http, [FromForm] string? theme, [FromForm] string? back)
    {
        if (theme is "light" or "dark")
        {
            http.Response.Cookies.Append("theme", theme, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            });
        }

        return Results.LocalRedirect(LocalPath.OrRoot(back));
    }
}
