using CreditsAdmin.Data;
using CreditsAdmin.Data.RateLimits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>A front end's own limit after one more request.</summary>
/// <param name="Allowed">The request may go on, and was counted.</param>
/// <param name="CurrentCount">Requests that were let through, never more than max_requests.</param>
/// <param name="Remaining">Requests that would be let through now.</param>
/// <param name="WindowEnd">When the window ends, UTC.</param>
/// <param name="RetryAfter">After so many whole seconds a refused request may be let through; 0 for one that was
/// allowed.</param>
internal sealed record RateLimitBody(
    bool Allowed, int CurrentCount, int Remaining, DateTime WindowEnd, long RetryAfter);

/// <summary>Answers with a limit. Refused or not, it is 200: the check itself was carried out.</summary>
internal sealed class RateLimitCheckAnswer(RateLimitState state) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var retryAfter = state.Taken > 0 ? 0 : Math.Max(1, (long)Math.Ceiling(state.RetryIn.TotalSeconds));
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK,
            new(state.Taken > 0, state.CurrentCount, state.Remaining, state.WindowEnd.UtcDateTime, retryAfter),
            ApiJson.Default.RateLimitBody);
    }
}

/// <summary>Limits that a front end sets for its own users.</summary>
internal static class RateLimitsApi
{
    public static void MapRateLimits(this RouteGroupBuilder v1)
    {
        v1.MapPost("/rate_limits/check", CheckAsync).RequireScope("rate_limits:check");
    }

    private static async Task<Results<RateLimitCheckAnswer, ProblemAnswer>> CheckAsync(
        HttpContext http, RateLimitCommands limits, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(
            http.Request, required: true, ["identifier", "type", "max_requests", "window_seconds", "algorithm"], cancel);
        var identifier = input.Text("identifier");
        var limit = new RateLimit(input.Text("type"), Number(input, "max_requests"), Number(input, "window_seconds"),
            input.Text("algorithm") ?? RateLimit.Fixed);
        if (input.Problem is { } problem) return problem;
        // Those of the app itself, which a front end must not use up.
        if (limit.Type?.Contains(':') is true) return WrongType();
        var check = await limits.CheckAsync(identifier, limit, cancel);
        return check.Done ? new RateLimitCheckAnswer(check.Value) : ProblemAnswer.Of(check.Refusal);
    }

    private static ProblemAnswer WrongType()
    {
        var kind = CreditProblems.Of(RefusalCode.InvalidInput);
        const string detail = "type must be without a colon.";
        return new(kind, detail) { Errors = [new("type", kind.Code, detail)] };
    }

    // What is out of range becomes a number that the database refuses.
    private static int? Number(RequestBody input, string name) =>
        input.Whole(name) is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : null;
}
