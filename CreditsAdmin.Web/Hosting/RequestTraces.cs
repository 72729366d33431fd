using Microsoft.AspNetCore.Http.Features;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Says in a request's trace what it was. Named by its route, never by its path: paths have ids, and there would be
/// no end of names.</summary>
internal sealed class RequestTraces : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(DescribeAsync);
        next(app);
    };

    private static async Task DescribeAsync(HttpContext http, RequestDelegate next)
    {
        var activity = http.Features.Get<IHttpActivityFeature>()?.Activity;
        // An error page takes the endpoint's place; what was asked for is meant.
        RouteEndpoint? asked = null;
        if (activity is { IsAllDataRequested: true })
        {
            http.Response.OnStarting(() =>
            {
                asked ??= http.GetEndpoint() as RouteEndpoint;
                return Task.CompletedTask;
            });
        }

        await next(http);
        if (activity is not { IsAllDataRequested: true }) return;
        var route = (asked ?? http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        activity.DisplayName = route is null ? http.Request.Method : $"{http.Request.Method} {route}";
        activity.SetTag("http.request.method", http.Request.Method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", http.Response.StatusCode);
        activity.SetTag("credits.request_id", http.TraceIdentifier);
    }
}
