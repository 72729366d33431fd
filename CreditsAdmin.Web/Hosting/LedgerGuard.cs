using CreditsAdmin.Web.Api;

namespace CreditsAdmin.Web.Hosting;

/// <summary>While the books are wrong, the API moves no credits: to go on would make it worse. Reading goes on, and staff
/// can act, because they are who mends it.</summary>
internal sealed class LedgerGuard(LedgerWatch watch) : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        return watch.Refuses && !reads && context.Request.Path.StartsWithSegments("/v1")
            ? new ProblemAnswer(CreditProblems.LedgerUnsound).ExecuteAsync(context)
            : next(context);
    }
}
