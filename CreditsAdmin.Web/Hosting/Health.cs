namespace CreditsAdmin.Web.Hosting;

/// <summary>For whoever watches the app: is the process there, can it work.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Json(new { status = "live" }));
        routes.MapGet("/health/ready", ReadyAsync);
    }

    // Books that are wrong do not make an instance unready: another one would serve the same books.
    private static async Task<IResult> ReadyAsync(DatabaseGate gate, LedgerWatch watch, HttpContext http)
    {
        var report = await gate.ReportAsync(http.RequestAborted);
        var ledger = watch.Health is { } health
            ? new { checked_at = health.Last.FinishedAt, violations = health.Violations, refusing = watch.Refuses }
            : null;
        return report.Ready
            ? Results.Json(new { status = "ready", ledger })
            : Results.Json(
                new { status = "not ready", problem = report.Problem, missing = report.Missing, command = report.Command },
                statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
