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
    public static Task<Page<JobRow>> ListAsync(CreditsDb db, JobFilter filter, Keyset<Guid> at, CancellationToken cancel)
    {
        var jobs = db.Jobs.AsQueryable();
        if (filter.UserId is { } userId) jobs = jobs.Where(job => job.UserId == userId);
        if (filter.Status is { } status) jobs = jobs.Where(job => job.Status == status);
        if (filter.Operation is { } operation) jobs = jobs.Where(job => job.Operation == operation);
        return jobs.PageAsync(job => job.Id, at, job => new JobRow(
            job.Id, job.UserId, db.Users.Where(user => user.Id == job.UserId).Select(user => user.Email).FirstOrDefault(),
            job.Operation, job.Status, job.Cost, job.FreeCost, job.Refunded ?? 0, job.Error,
            job.CreatedAt, job.Deadline, job.FinishedAt), cancel);
    }
}
