using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Web.Api;

namespace CreditsAdmin.Web.Hosting;

/// <summary>While the database cannot be reached or is not migrated, every page says so, and which command mends
/// it.</summary>
internal sealed class DatabaseGate(DatabaseCheck check, TimeProvider clock, ILogger<DatabaseGate> log)
    : IMiddleware, IDisposable
{
    // Ready stays ready for a while: a request that meets a fault after that tells it by itself.
    private static readonly TimeSpan TrustReady = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TrustFault = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim one = new(1, 1);
    private (DatabaseReport Report, DateTimeOffset At)? last;

    /// <summary>The state of the database, at most a few seconds old.</summary>
    public async Task<DatabaseReport> ReportAsync(CancellationToken cancel)
    {
        if (Fresh() is { } known) return known;
        // Whoever comes while somebody looks goes on with what was ready a moment ago: a busy database looks slowly.
        if (!await one.WaitAsync(last is { Report.Ready: true } ? 0 : Timeout.Infinite, cancel)) return last!.Value.Report;
        try
        {
            if (Fresh() is { } meanwhile) return meanwhile;
            var report = await check.RunAsync(cancel);
            if (!report.Ready && last?.Report.Problem != report.Problem) log.LogError("{Problem}", report.Problem);
            last = (report, clock.GetUtcNow());
            return report;
        }
        finally
        {
            one.Release();
        }
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health")
            || await ReportAsync(context.RequestAborted) is not { Ready: false } report)
        {
            await next(context);
            return;
        }

        if (context.Request.Path.StartsWithSegments("/v1"))
        {
            await new ProblemAnswer(CreditProblems.ServiceUnavailable).ExecuteAsync(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "5";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Page(report), context.RequestAborted);
    }

    public void Dispose() => one.Dispose();

    private DatabaseReport? Fresh() =>
        last is { } known && clock.GetUtcNow() - known.At < (known.Report.Ready ? TrustReady : TrustFault)
            ? known.Report
            : null;

    private static string Page(DatabaseReport report)
    {
        var missing = string.Concat(report.Missing.Select(name => $"<li><code>{PlainDocument.Text(name)}</code></li>"));
        var command = report.Command is null
            ? ""
            : $"""
              <p>This command mends it. Then reload this page.</p>
              <p><code>{PlainDocument.Text(report.Command)}</code></p>
              """;
        return PlainDocument.Html("The database is not ready", $"""
            <p>{PlainDocument.Text(report.Problem)}</p>
            {(missing.Length > 0 ? "<p>Missing:</p>" : "")}
            <ul class="steps">{missing}</ul>
            {command}
            """);
    }
}
