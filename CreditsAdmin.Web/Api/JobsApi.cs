using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>Charges, ends and reads jobs.</summary>
internal static class JobsApi
{
    /// <summary>What the JSON of a charge may have.</summary>
    public static readonly string[] ChargeMembers = ["user", "operation", "cost", "metadata", "timeout_seconds"];

    public static void MapJobs(this RouteGroupBuilder v1)
    {
        v1.MapPost("/jobs", ChargeAsync).RequireScope("jobs:write");
        v1.MapPost("/jobs/batch", JobBatches.ChargeAsync).RequireScope("jobs:write");
        v1.MapPost("/jobs/{id}/complete", CompleteAsync).RequireScope("jobs:write");
        v1.MapPost("/jobs/{id}/fail", FailAsync).RequireScope("jobs:write");
        v1.MapPost("/jobs/{id}/cancel", CancelAsync).RequireScope("jobs:write");
        v1.MapGet("/jobs/{id}", FindAsync).RequireScope("jobs:read");
        v1.MapGet("/jobs", ListAsync).RequireScope("jobs:read");
    }

    private static async Task<Results<JobAnswer, ProblemAnswer>> ChargeAsync(
        HttpContext http, JobCommands jobs, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, ChargeMembers, cancel);
        var charge = ReadCharge(input, input.IdempotencyKey(http.Request));
        if (input.Problem is { } problem) return problem;
        var charged = await jobs.ChargeAsync(charge, ApiAccess.CallerOf(http), cancel);
        return Answer(StatusCodes.Status201Created, charged);
    }

    private static async Task<Results<JobAnswer, ProblemAnswer>> CompleteAsync(
        string id, HttpContext http, JobCommands jobs, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: false, ["actual_cost"], cancel);
        var key = input.IdempotencyKey(http.Request);
        var actualCost = input.Whole("actual_cost");
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.Job) is not { } jobId) return ProblemAnswer.Of(RefusalCode.UnknownJob);
        var completed = await jobs.CompleteAsync(jobId, actualCost, ApiAccess.CallerOf(http), cancel, key);
        return Answer(StatusCodes.Status200OK, completed);
    }

    private static async Task<Results<JobAnswer, ProblemAnswer>> FailAsync(
        string id, HttpContext http, JobCommands jobs, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: false, ["error"], cancel);
        var key = input.IdempotencyKey(http.Request);
        var error = input.Text("error");
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.Job) is not { } jobId) return ProblemAnswer.Of(RefusalCode.UnknownJob);
        var failed = await jobs.FailAsync(jobId, error, ApiAccess.CallerOf(http), cancel, key);
        return Answer(StatusCodes.Status200OK, failed);
    }

    private static async Task<Results<JobAnswer, ProblemAnswer>> CancelAsync(
        string id, HttpContext http, JobCommands jobs, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: false, [], cancel);
        var key = input.IdempotencyKey(http.Request);
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.Job) is not { } jobId) return ProblemAnswer.Of(RefusalCode.UnknownJob);
        var cancelled = await jobs.CancelAsync(jobId, ApiAccess.CallerOf(http), cancel, key);
        return Answer(StatusCodes.Status200OK, cancelled);
    }

    private static Task<Results<ListAnswer<JobListBody>, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new ListQuery(http.Request, ["user", .. JobLists.Filters]);
        var user = input.OptionalId("user", ApiIds.User) ?? ApiAccess.UserOf(http);
        return JobLists.AnswerAsync(http, database, input, user, cancel);
    }

    private static async Task<Results<JobAnswer, ProblemAnswer>> FindAsync(
        string id, HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        if (ApiIds.Parse(id, ApiIds.Job) is not { } jobId) return ProblemAnswer.Of(RefusalCode.UnknownJob);
        var (job, balance) = await database.ReadForAsync(http, async db =>
        {
            var found = await JobQueries.FindAsync(db, jobId, cancel);
            return (found, found is null ? null : await BalanceQueries.FindAsync(db, found.UserId, cancel));
        }, cancel);
        return job is not null && balance is not null
            ? new JobAnswer(job, balance)
            : ProblemAnswer.Of(RefusalCode.UnknownJob);
    }

    /// <summary>What a charge's JSON says; nothing while the input has a problem.</summary>
    public static ChargeRequest ReadCharge(RequestBody input, string? idempotencyKey) => new(
        input.Id("user", ApiIds.User), input.Text("operation"), input.Whole("cost"), idempotencyKey,
        input.Json("metadata", longest: 16_384), Seconds(input));

    // What is no number of seconds becomes one that the database refuses.
    private static int? Seconds(RequestBody input) =>
        input.Whole("timeout_seconds") is { } seconds ? (int)Math.Clamp(seconds, 0, int.MaxValue) : null;

    private static Results<JobAnswer, ProblemAnswer> Answer(int status, CreditResult<JobOutcome> result) =>
        result.Done ? new JobAnswer(status, result.Value) : ProblemAnswer.Of(result.Refusal);
}
