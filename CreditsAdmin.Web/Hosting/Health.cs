namespace CreditsAdmin.Web.Hosting;

/// <summary>For whoever watches the app: is the process there, can it work.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Json(new { status = "live" }));
        routes.MapGet("/health/ready", ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(DatabaseGate gate, HttpContext http)
    {
        var report = await gate.ReportAsync(http.RequestAborted);
        return report.Ready
            ? Results.Json(new { status = "ready" })
            : Results.Json(
                new { status = "not ready", problem = report.Problem, missing = report.Missing, command = report.Command },
                statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
