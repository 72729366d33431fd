using System.Text.Json.Serialization;
using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">The body's member, query parameter or header; null when it is the request as a whole.</param>
/// <param name="Code">The kind of problem.</param>
/// <param name="Detail">A sentence.</param>
internal sealed record ProblemError(string? Field, string Code, string Detail);

/// <summary>The body of every error (RFC 9457).</summary>
internal sealed record ProblemBody(
    string Type, string Title, int Status, string Detail, string? Instance, string Code, string RequestId)
{
    /// <summary>Credits that the user has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Balance { get; init; }

    /// <summary>Credits that the job costs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Required { get; init; }

    /// <summary>Credits that are missing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Shortfall { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }
}

/// <summary>Answers a request that was not carried out.</summary>
internal sealed class ProblemAnswer(ProblemKind kind, string? happened = null) : IResult
{
    private const int RetryAfterSeconds = 5;

    public IReadOnlyList<ProblemError>? Errors { get; init; }

    private CreditRefusal? Refusal { get; init; }

    /// <summary>A refusal of the database, with its numbers.</summary>
    public static ProblemAnswer Of(CreditRefusal refusal)
    {
        var kind = CreditProblems.Of(refusal.Code);
        return new(kind, refusal.Message)
        {
            Refusal = refusal,
            Errors = refusal.Text("field") is { } field ? [new(field, kind.Code, refusal.Message)] : null,
        };
    }

    /// <summary>The same for a code that did not need the database.</summary>
    public static ProblemAnswer Of(RefusalCode code) => new(CreditProblems.Of(code));

    /// <summary>After so many seconds the same request may succeed; null when something else must change first.</summary>
    public int? RetryAfter =>
        kind.Status == StatusCodes.Status503ServiceUnavailable ? RetryAfterSeconds
        : Refusal?.Code == RefusalCode.RequestInProgress ? 1
        : null;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        CreditsTelemetry.Refusals.Add(1, new KeyValuePair<string, object?>("code", kind.Code));
        var headers = httpContext.Response.Headers;
        if (RetryAfter is { } seconds) headers.RetryAfter = $"{seconds}";
        // Never what a 402 or 409 of another moment was: the next one may be different.
        headers.CacheControl = "no-store";
        return ApiJson.WriteAsync(
            httpContext, kind.Status, BodyFor(httpContext), ApiJson.Default.ProblemBody, "application/problem+json");
    }

    /// <summary>What this request is told.</summary>
    public ProblemBody BodyFor(HttpContext http)
    {
        var shortage = Refusal?.Code == RefusalCode.InsufficientCredits ? Refusal : null;
        return new(
            kind.Type, kind.Title, kind.Status, $"{happened ?? kind.Meaning} {kind.Advice}",
            http.Request.Path.Value, kind.Code, http.TraceIdentifier)
        {
            Balance = shortage?.Number("balance"),
            Required = shortage?.Number("required"),
            Shortfall = shortage?.Number("shortfall"),
            Errors = Errors,
        };
    }
}
