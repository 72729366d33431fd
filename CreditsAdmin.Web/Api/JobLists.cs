using System.Text.Json.Serialization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>A job in a list. Amounts are credits, times UTC.</summary>
internal sealed record JobItemBody(
    Guid Id, Guid User, string Operation, string Status, long Cost, long Refunded,
    [property: JsonConverter(typeof(RawJson))] string Metadata,
    string? Error, DateTime CreatedAt, DateTime Deadline, DateTime? FinishedAt);

/// <summary>A page of jobs, newest first.</summary>
internal sealed record JobListBody(IReadOnlyList<JobItemBody> Data, bool HasMore, string? NextCursor);

/// <summary>Lists jobs.</summary>
internal static class JobLists
{
    /// <summary>What a list of jobs can be narrowed by.</summary>
    public static readonly string[] Filters = ["status", "operation", "from", "to"];

    private static readonly string[] Statuses = ["pending", "processing", "completed", "failed", "expired"];

    /// <summary>A page of one user's jobs, or of everybody's.</summary>
    public static async Task<Results<ListAnswer<JobListBody>, ProblemAnswer>> AnswerAsync(
        HttpContext http, CreditsDatabase database, ListQuery input, Guid? user, CancellationToken cancel)
    {
        var filter = new JobHistoryFilter(
            user, input.OneOf("status", Statuses), input.Text("operation", 100), input.Time("from"), input.Time("to"));
        if (user is { } userId)
        {
            var seqs = input.Seqs();
            if (input.Problem is { } wrong) return wrong;
            var mine = await database.ReadForAsync(
                http, db => JobHistory.OfUserAsync(db, userId, filter, seqs, cancel), cancel);
            return Answer(mine, Pages.Next(mine, seqs, job => ApiCursor.Of(job.ChargeSeq)));
        }

        var ids = input.Ids();
        if (input.Problem is { } problem) return problem;
        var all = await database.ReadForAsync(http, db => JobHistory.OfAllAsync(db, filter, ids, cancel), cancel);
        return Answer(all, Pages.Next(all, ids, job => ApiCursor.Of(job.Id)));
    }

    private static ListAnswer<JobListBody> Answer(Page<Job> page, string? next) => new(
        new([.. page.Items.Select(job => new JobItemBody(
            job.Id, job.UserId, job.Operation, job.Status, job.Cost, job.Refunded, job.Metadata, job.Error,
            job.CreatedAt.UtcDateTime, job.Deadline.UtcDateTime, job.FinishedAt?.UtcDateTime))], next is not null, next),
        next, ApiJson.Default.JobListBody);
}
