using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Jobs;

/// <summary>Which jobs to list; null means all.</summary>
/// <param name="UserId">Of this user.</param>
/// <param name="Status">In this state.</param>
/// <param name="Operation">Of exactly this operation.</param>
public sealed record JobFilter(Guid? UserId = null, string? Status = null, string? Operation = null);

/// <summary>A job in the console's list, with its user.</summary>
public sealed record JobRow(
    Guid Id, Guid UserId, string? Email, string Operation, string Status, long Cost, long FreeCost, long Refunded,
    string? Error, DateTimeOffset CreatedAt, DateTimeOffset Deadline, DateTimeOffset? FinishedAt);

/// <summary>Reads jobs.</summary>
public static class JobQueries
{
    /// <summary>One job as users and front ends may see it; null when there is none, or none that the reader may
    /// see.</summary>
    public static Task<Job?> FindAsync(CreditsDb db, Guid jobId, CancellationToken cancel) =>
        db.PublicJobs.SingleOrDefaultAsync(job => job.Id == jobId, cancel);

    /// <summary>The console's list, newest first.</summary>
    public static async Task<Page<JobRow>> ListAsync(
        CreditsDb db, JobFilter filter, Keyset<Guid> at, CancellationToken cancel)
    {
        var jobs = db.Jobs.AsQueryable();
        if (filter.Status is { } status) jobs = InStatus(jobs, status);
        if (filter.Operation is { } operation) jobs = jobs.Where(job => job.Operation == operation);
        if (filter.UserId is not { } userId) return await jobs.PageAsync(job => job.Id, at, Rows(db), cancel);

        // One user's jobs are found through the ledger, whose entries have an index by user and seq; jobs need none then.
        var seqs = new Keyset<long>(
            await SeqAsync(db, at.Before, cancel), await SeqAsync(db, at.After, cancel), at.Size, at.OldestFirst);
        var charged = db.Entries.Where(entry => entry.UserId == userId && entry.Kind == "charge")
            .Join(jobs, entry => entry.JobId, job => job.Id, (entry, job) => new { entry.Seq, Job = job });
        return await charged.PageAsync(one => one.Seq, seqs, one => new JobRow(
            one.Job.Id, userId, db.Users.Where(user => user.Id == userId).Select(user => user.Email).FirstOrDefault(),
            one.Job.Operation, one.Job.Status, one.Job.Cost, one.Job.FreeCost, one.Job.Refunded ?? 0, one.Job.Error,
            one.Job.CreatedAt, one.Job.Deadline, one.Job.FinishedAt), cancel);
    }

    private static Expression<Func<JobRecord, JobRow>> Rows(CreditsDb db) => job => new JobRow(
        job.Id, job.UserId, db.Users.Where(user => user.Id == job.UserId).Select(user => user.Email).FirstOrDefault(),
        job.Operation, job.Status, job.Cost, job.FreeCost, job.Refunded ?? 0, job.Error,
        job.CreatedAt, job.Deadline, job.FinishedAt);

    // Open jobs are few among millions: saying that they have no end lets the index of open jobs find them.
    private static IQueryable<JobRecord> InStatus(IQueryable<JobRecord> jobs, string status) =>
        status is "pending" or "processing"
            ? jobs.Where(job => job.FinishedAt == null && job.Status == status)
            : jobs.Where(job => job.Status == status);

    private static async Task<long?> SeqAsync(CreditsDb db, Guid? id, CancellationToken cancel) => id is null
        ? null
        : await db.Jobs.Where(job => job.Id == id).Select(job => (long?)job.ChargeSeq).SingleOrDefaultAsync(cancel);
}
