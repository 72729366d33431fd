using System.Diagnostics;

namespace CreditsAdmin.Web.Api;

/// <summary>Gives every request an id, the caller's own when it is sane, and returns it as <c>X-Request-Id</c>. It is
/// the request's <see cref="HttpContext.TraceIdentifier"/>, so ledger, audit log, problems and logs all name the
/// same.</summary>
internal sealed class RequestIds(ILogger<RequestIds> log) : IStartupFilter
{
    private const string Header = "X-Request-Id";
    private const int LongestLength = 64;

    /// <summary>Before everything else: an answer of any part of the app has the header.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(NameAsync);
        next(app);
    };

    private async Task NameAsync(HttpContext http, RequestDelegate next)
    {
        var id = http.Request.Headers[Header] is [{ } sent] && IsSane(sent)
            ? sent
            : Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
        http.TraceIdentifier = id;
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = id;
            return Task.CompletedTask;
        });
        using (log.BeginScope("request {RequestId}", id)) await next(http);
    }

    private static bool IsSane(string id) =>
        id.Length is >= 1 and <= LongestLength
        && id.All(one => char.IsAsciiLetterOrDigit(one) || one is '.' or '_' or '-');
}
