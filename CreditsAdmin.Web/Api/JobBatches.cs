using System.Text.Json;
using System.Text.Json.Serialization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Jobs;

namespace CreditsAdmin.Web.Api;

/// <summary>What became of one job of a batch: the status and body that it would have had alone.</summary>
internal sealed record JobBatchResult(int Status)
{
    /// <summary>True when an earlier request had charged it already; missing when it was not charged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Replayed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JobBody? Job { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemBody? Problem { get; init; }
}

/// <summary>The results in the order of the jobs that were sent.</summary>
internal sealed record JobBatchBody(IReadOnlyList<JobBatchResult> Results);

/// <summary>Charges 1 to 1000 jobs in one request. Each has its key in its own idempotency_key; a header would be one key
/// for all of them, and is refused. A job that is refused keeps no other one back.</summary>
internal static class JobBatches
{
    private const int MostJobs = 1_000;
    private const int LongestBody = 2 * 1024 * 1024;

    private static readonly string[] Members = [.. JobsApi.ChargeMembers, "idempotency_key"];

    public static async Task<IResult> ChargeAsync(HttpContext http, JobCommands jobs, CancellationToken cancel)
    {
        if (http.Request.Headers.ContainsKey("Idempotency-Key"))
        {
            return new ProblemAnswer(CreditProblems.Of(RefusalCode.InvalidIdempotencyKey),
                "A batch takes no Idempotency-Key header: each of its jobs has an idempotency_key.");
        }

        var (json, unreadable) = await StrictJson.ReadAsync(http.Request, required: true, cancel, LongestBody, wrapped: 2);
        if (unreadable is not null) return new ProblemAnswer(unreadable);
        if (JobsOf(json) is not { } sent)
        {
            return new ProblemAnswer(CreditProblems.Of(RefusalCode.InvalidInput),
                $"A batch is an object with nothing but jobs, a list of 1 to {MostJobs} of them.");
        }

        RequestBody[] inputs = [.. sent.EnumerateArray().Select(job => RequestBody.Of(job, Members))];
        var charges = Array.ConvertAll(inputs, input => JobsApi.ReadCharge(input, input.IdempotencyKey("idempotency_key")));
        var sound = Enumerable.Range(0, charges.Length).Where(i => inputs[i].Problem is null).ToArray();
        var answers = sound.Length == 0
            ? []
            : await jobs.ChargeManyAsync(sound.Select(i => charges[i]), ApiAccess.CallerOf(http), cancel);
        if (answers.Count > 0 && answers.All(answer => answer.Fault is not null))
        {
            return ApiFaults.ProblemOf(http, answers[0].Fault!);
        }

        var results = Array.ConvertAll(inputs, input => input.Problem is { } problem ? Refused(http, problem) : null!);
        for (var i = 0; i < sound.Length; i++) results[sound[i]] = ResultOf(http, answers[i]);
        return new JobBatchAnswer(new(results));
    }

    // Nothing but the name is looked at: what is in the jobs is checked job by job.
    private static JsonElement? JobsOf(JsonElement json) =>
        json.GetPropertyCount() == 1 && json.TryGetProperty("jobs", out var jobs)
        && jobs.ValueKind == JsonValueKind.Array && jobs.GetArrayLength() is >= 1 and <= MostJobs
            ? jobs
            : null;

    private static JobBatchResult ResultOf(HttpContext http, ChargeAnswer answer) => answer switch
    {
        { Fault: { } fault } => Refused(http, ApiFaults.ProblemOf(http, fault)),
        { Result.Refusal: { } refusal } => Refused(http, ProblemAnswer.Of(refusal)),
        _ => new(StatusCodes.Status201Created)
        {
            Replayed = answer.Result!.Value!.Replayed,
            Job = JobBody.Of(answer.Result.Value),
        },
    };

    private static JobBatchResult Refused(HttpContext http, ProblemAnswer problem)
    {
        if (problem.RetryAfter is { } seconds) http.Response.Headers.RetryAfter = $"{seconds}";
        var body = problem.BodyFor(http);
        return new(body.Status) { Problem = body };
    }

    private sealed class JobBatchAnswer(JobBatchBody body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.JobBatchBody);
        }
    }
}
