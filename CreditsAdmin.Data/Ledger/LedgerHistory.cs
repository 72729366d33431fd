using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Ledger;

/// <summary>Which of a user's entries to list; null means all.</summary>
/// <param name="Kind">Of this kind.</param>
/// <param name="JobId">Of this job.</param>
/// <param name="From">Written at this moment or later, UTC.</param>
/// <param name="To">Written before this moment, UTC.</param>
public sealed record LedgerHistoryFilter(
    string? Kind = null, Guid? JobId = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>Lists what a user or a front end may see of one user's entries, newest first.</summary>
public static class LedgerHistory
{
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>Pages begin at <see cref="LedgerEntry.Seq"/>.</summary>
    public static async Task<Page<LedgerEntry>> OfUserAsync(
        CreditsDb db, Guid userId, LedgerHistoryFilter filter, Keyset<long> at, CancellationToken cancel)
    {
        var entries = db.PublicEntries.Where(entry => entry.UserId == userId);
        if (filter.Kind is { } kind) entries = entries.Where(entry => entry.Kind == kind);
        if (filter.JobId is { } jobId)
        {
            // Refunds have an index by job; the charge is found by its seq.
            var charge = await db.PublicJobs.Where(job => job.Id == jobId && job.UserId == userId)
                .Select(job => (long?)job.ChargeSeq).SingleOrDefaultAsync(cancel);
            entries = entries.Where(entry => entry.JobId == jobId && (entry.Kind == "refund" || entry.Seq == charge));
        }

        if (filter.From is { } from)
        {
            // Times become seqs, so that the list walks its index and nothing that is newer than what was asked for.
            var last = await LedgerQueries.SeqAtAsync(db, userId, from - Slack, cancel);
            entries = entries.Where(entry => entry.Seq > last && entry.CreatedAt >= from);
        }

        if (filter.To is { } to)
        {
            var last = await LedgerQueries.SeqAtAsync(db, userId, to + Slack, cancel);
            entries = entries.Where(entry => entry.Seq <= last && entry.CreatedAt < to);
        }

        return await entries.PageAsync(entry => entry.Seq, at, entry => entry, cancel);
    }
}
