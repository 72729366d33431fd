using Microsoft.Net.Http.Headers;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Which web pages of other hosts may call the API from a browser: those of <c>Cors:Origins</c>, such as
/// <c>https://app.example.com</c>; nobody's by default. Cookies are never part of it: the API knows tokens only.</summary>
internal static class CrossOrigin
{
    private const string Setting = "Cors:Origins";

    // A preflight is asked for again after so long, so a changed setting counts soon.
    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services, IConfiguration configuration)
    {
        string[] origins = [.. Settings.List(configuration, Setting)];
        if (origins.FirstOrDefault(origin => !IsOrigin(origin)) is { } wrong)
        {
            throw new SettingException(
                $"{Setting} has \"{wrong}\"; an origin reads like https://app.example.com, without a path or a slash behind it.");
        }

        return services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders(
                HeaderNames.Authorization, HeaderNames.ContentType, "Idempotency-Key", HeaderNames.IfMatch,
                HeaderNames.IfNoneMatch, "X-Request-Id")
            .WithExposedHeaders(
                "RateLimit", "RateLimit-Policy", HeaderNames.RetryAfter, "Idempotent-Replayed", "X-Request-Id",
                HeaderNames.ETag, HeaderNames.Location, HeaderNames.Link, "Credits-Charged", "Credits-Balance")
            .SetPreflightMaxAge(PreflightAge)));
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority) == text;
}
