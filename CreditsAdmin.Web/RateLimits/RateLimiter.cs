using System.Globalization;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Web.Api;
using CreditsAdmin.Web.Hosting;

namespace CreditsAdmin.Web.RateLimits;

/// <summary>Counts every request with its limit, says in headers what is left, and refuses what is too much with 429 before
/// anything is done.</summary>
internal sealed class RateLimiter(RequestDelegate next, RateLimitRules rules, RateLimitLeases leases)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var (rule, identifier) = await RateLimitPartition.OfAsync(http, rules);
        if (rule is null)
        {
            await next(http);
            return;
        }

        var answer = await leases.SpendAsync(rule.Limit, identifier, http.RequestAborted);
        var headers = http.Response.Headers;
        headers["RateLimit-Policy"] = rule.Policy;
        headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture, $"{rule.Prefix}{answer.Remaining};t={WholeSeconds(answer.EndsIn)}");
        if (answer.Allowed)
        {
            await next(http);
            return;
        }

        headers.RetryAfter = WholeSeconds(answer.RetryIn).ToString(CultureInfo.InvariantCulture);
        await (http.Request.Path.StartsWithSegments("/v1")
            ? new ProblemAnswer(CreditProblems.RateLimited).ExecuteAsync(http)
            : AnswerWithPageAsync(http));
    }

    private static Task AnswerWithPageAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(PlainDocument.Html(
            CreditProblems.RateLimited.Title, $"<p>{PlainDocument.Text(CreditProblems.RateLimited.Meaning)}</p>"),
            http.RequestAborted);
    }

    // Upwards, so that whoever waits so long is not too early, and never 0.
    private static long WholeSeconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
}
