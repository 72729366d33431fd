using CreditsAdmin.Data;
using CreditsAdmin.Data.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>What something would cost now. <paramref name="Cost"/> are dollars at the price and <paramref name="Billed"/> the
/// same with the markup, both exact JSON texts, or null for a price in credits. Credits are whole ones, rounded up; those of
/// the user are null when nobody's balance was asked about.</summary>
internal sealed record EstimateBody(
    Guid PriceId, string? Provider, string? Model, string? Operation, string? Cost, string? Billed, long Credits,
    Guid? User, long? Available, bool? Enough, long? Shortfall);

/// <summary>Answers with an estimate.</summary>
internal sealed class EstimateAnswer(Estimate estimate, Guid? user) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var body = new EstimateBody(
            estimate.PriceId, estimate.Provider, estimate.Model, estimate.Operation, estimate.Cost, estimate.Billed,
            estimate.Credits, user, estimate.Available, estimate.Enough, estimate.Shortfall);
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.EstimateBody);
    }
}

/// <summary>Says what a job would cost, without making one.</summary>
internal static class EstimatesApi
{
    private static readonly string[] Members =
    [
        "user", "provider", "model", "operation", "input_tokens", "cached_input_tokens", "output_tokens", "images", "seconds",
    ];

    public static void MapEstimates(this RouteGroupBuilder v1)
    {
        v1.MapPost("/estimates", FindAsync).RequireScope("prices:read", "jobs:write");
    }

    private static async Task<Results<EstimateAnswer, ProblemAnswer>> FindAsync(
        HttpContext http, PriceEstimates estimates, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, Members, cancel);
        // A user means themselves unless they name somebody, whom they then do not see.
        var user = input.OptionalId("user", ApiIds.User) ?? ApiAccess.UserOf(http);
        var request = new EstimateRequest(
            user, input.Text("provider"), input.Text("model"), input.Text("operation"), input.Whole("input_tokens"),
            input.Whole("output_tokens"), input.Whole("cached_input_tokens"), input.Whole("images"), input.Decimal("seconds"));
        if (input.Problem is { } problem) return problem;
        if (user is not null && !ApiAccess.HasScope(http, "balances:read", "jobs:write"))
        {
            return new ProblemAnswer(
                CreditProblems.Of(RefusalCode.Forbidden), "With a user this needs the scope balances:read or jobs:write.");
        }

        var estimate = ApiAccess.UserOf(http) is { } own
            ? await estimates.FindAsUserAsync(own, request, cancel)
            : await estimates.FindAsync(request, cancel);
        return estimate.Done ? new EstimateAnswer(estimate.Value, user) : ProblemAnswer.Of(estimate.Refusal);
    }
}
