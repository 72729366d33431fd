using CreditsAdmin.Data.Ledger;

namespace CreditsAdmin.Data.Jobs;

/// <summary>Which jobs to list; null means all.</summary>
/// <param name="UserId">Of this user.</param>
/// <param name="Status">In this state.</param>
/// <param name="Operation">Of exactly this operation.</param>
/// <param name="From">Charged at this moment or later, UTC.</param>
/// <param name="To">Charged before this moment, UTC.</param>
public sealed record JobHistoryFilter(
    Guid? UserId = null, string? Status = null, string? Operation = null, DateTimeOffset? From = null,
    DateTimeOffset? To = null);

/// <summary>Lists jobs as users and front ends may see them, newest first.</summary>
public static class JobHistory
{
    // Ids begin with the time, a moment before or after the one that stands in the row.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <summary>One user's jobs. Pages begin at <see cref="Job.ChargeSeq"/>.</summary>
    public static async Task<Page<Job>> OfUserAsync(
        CreditsDb db, Guid userId, JobHistoryFilter filter, Keyset<long> at, CancellationToken cancel)
    {
        var jobs = Filtered(db, filter).Where(job => job.UserId == userId);
        // Open jobs have an index of their own. Others are found through their charges, which have one by user and seq.
        if (IsOpen(filter.Status)) return await jobs.PageAsync(job => job.ChargeSeq, at, job => job, cancel);
        var charges = db.PublicEntries.Where(entry => entry.UserId == userId && entry.Kind == "charge");
        if (filter.From is { } from)
        {
            var last = await LedgerQueries.SeqAtAsync(db, userId, from - Slack, cancel);
            charges = charges.Where(entry => entry.Seq > last);
        }

        if (filter.To is { } to)
        {
            var last = await LedgerQueries.SeqAtAsync(db, userId, to + Slack, cancel);
            charges = charges.Where(entry => entry.Seq <= last);
        }

        return await charges.Join(jobs, entry => entry.JobId, job => job.Id, (entry, job) => new { entry.Seq, Job = job })
            .PageAsync(one => one.Seq, at, one => one.Job, cancel);
    }

    /// <summary>Everybody's jobs. Pages begin at ids.</summary>
    public static Task<Page<Job>> OfAllAsync(
        CreditsDb db, JobHistoryFilter filter, Keyset<Guid> at, CancellationToken cancel)
    {
        var jobs = Filtered(db, filter);
        if (filter.From is { } from)
        {
            var first = FirstIdAt(from - Slack);
            jobs = jobs.Where(job => job.Id >= first);
        }

        if (filter.To is { } to)
        {
            var beyond = FirstIdAt(to + Slack);
            jobs = jobs.Where(job => job.Id < beyond);
        }

        return jobs.PageAsync(job => job.Id, at, job => job, cancel);
    }

    private static IQueryable<Job> Filtered(CreditsDb db, JobHistoryFilter filter)
    {
        var jobs = db.PublicJobs.AsQueryable();
        if (IsOpen(filter.Status)) jobs = jobs.Where(job => job.FinishedAt == null);
        if (filter.Status is { } status) jobs = jobs.Where(job => job.Status == status);
        if (filter.Operation is { } operation) jobs = jobs.Where(job => job.Operation == operation);
        if (filter.From is { } from) jobs = jobs.Where(job => job.CreatedAt >= from);
        if (filter.To is { } to) jobs = jobs.Where(job => job.CreatedAt < to);
        return jobs;
    }

    private static bool IsOpen(string? status) => status is "pending" or "processing";

    // The smallest id that can have been made then: 48 bits of milliseconds come first.
    private static Guid FirstIdAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(
            bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new(bytes, bigEndian: true);
    }
}
