using System.Globalization;
using System.Text.Json.Serialization;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Jobs;

namespace CreditsAdmin.Web.Api;

/// <summary>Credits, at the moment of the answer.</summary>
internal sealed record JobBalance(long Available, long Free, long Paid);

/// <summary>A job. Amounts are credits, times UTC.</summary>
internal sealed record JobBody(
    Guid Id, Guid User, string Operation, string Status, long Cost, long Refunded,
    [property: JsonConverter(typeof(RawJson))] string Metadata,
    string? Error, DateTime CreatedAt, DateTime Deadline, DateTime? FinishedAt, JobBalance Balance)
{
    /// <summary>A job as a command left it.</summary>
    public static JobBody Of(JobOutcome job) => new(
        job.Id, job.UserId, job.Operation, job.Status, job.Cost, job.Refunded, job.Metadata, job.Error,
        job.CreatedAt.UtcDateTime, job.Deadline.UtcDateTime, job.FinishedAt?.UtcDateTime,
        new(job.Available, job.Free, job.Paid));
}

/// <summary>Answers with a job, and says in headers what it took and what is left.</summary>
internal sealed class JobAnswer : IResult
{
    private readonly JobBody body;
    private readonly bool replayed;
    private readonly int status;

    /// <summary>A job as a command left it. A replay has the same status and body as the first answer.</summary>
    public JobAnswer(int status, JobOutcome job)
    {
        this.status = status;
        replayed = job.Replayed;
        body = JobBody.Of(job);
    }

    /// <summary>A job and its user's balance as they are now.</summary>
    public JobAnswer(Job job, Balance balance)
    {
        status = StatusCodes.Status200OK;
        body = new(
            job.Id, job.UserId, job.Operation, job.Status, job.Cost, job.Refunded, job.Metadata, job.Error,
            job.CreatedAt.UtcDateTime, job.Deadline.UtcDateTime, job.FinishedAt?.UtcDateTime,
            new(balance.Available, balance.Free, balance.Paid));
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers["Credits-Charged"] = (body.Cost - body.Refunded).ToString(CultureInfo.InvariantCulture);
        headers["Credits-Balance"] = body.Balance.Available.ToString(CultureInfo.InvariantCulture);
        if (status == StatusCodes.Status201Created) headers.Location = $"/v1/jobs/{body.Id}";
        if (replayed) headers["Idempotent-Replayed"] = "true";
        return ApiJson.WriteAsync(httpContext, status, body, ApiJson.Default.JobBody);
    }
}
