using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Ledger;

/// <summary>Which entries to list; null means all.</summary>
/// <param name="UserId">Of this user.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="From">From the beginning of this day, UTC.</param>
/// <param name="To">To the end of this day, UTC.</param>
public sealed record LedgerFilter(Guid? UserId = null, string? Kind = null, DateOnly? From = null, DateOnly? To = null);

/// <summary>An entry in the console's list: with its user, its cause and who did it.</summary>
/// <param name="StaffEmail">The member of staff behind <c>staff:…</c>, or null.</param>
/// <param name="ReversesId">The entry that this one undoes, or null.</param>
/// <param name="ReversedById">The entry that undid this one, or null.</param>
/// <param name="JobLeft">Credits of a charge's completed job that have not gone back; null for other entries.</param>
public sealed record LedgerRow(
    long Id, Guid UserId, string? Email, string Kind, long Delta, long FreeDelta, long BalanceAfter, string? Operation,
    string Actor, string? StaffEmail, string? Reason, DateTimeOffset CreatedAt,
    long? ReversesId, long? ReversedById, long? JobLeft)
{
    /// <summary>An adjustment, or a charge with credits left to give back, that nothing has undone yet.</summary>
    public bool IsReversible => ReversedById is null && (Kind == "adjustment" || (Kind == "charge" && JobLeft > 0));
}

/// <summary>Reads the ledger.</summary>
public static class LedgerQueries
{
    /// <summary>The console's list, newest first; its pages begin at ids.</summary>
    public static async Task<Page<LedgerRow>> ListAsync(
        CreditsDb db, LedgerFilter filter, Keyset<long> at, CancellationToken cancel)
    {
        var entries = db.Entries.AsQueryable();
        if (filter.Kind is { } kind) entries = entries.Where(entry => entry.Kind == kind);
        if (filter.From is { } from) entries = await FromAsync(db, entries, Midnight(from), cancel);
        if (filter.To is { } to) entries = await UntilAsync(db, entries, Midnight(to), cancel);
        if (filter.UserId is not { } userId) return await entries.PageAsync(entry => entry.Id, at, Rows(db), cancel);

        // One user's entries have an index by seq, which rises with the id.
        var seqs = at with { Before = await SeqAsync(db, at.Before, cancel), After = await SeqAsync(db, at.After, cancel) };
        return await entries.Where(entry => entry.UserId == userId).PageAsync(entry => entry.Seq, seqs, Rows(db), cancel);
    }

    /// <summary>What a user or a front end may see of one user's entries, newest first.</summary>
    public static Task<Page<LedgerEntry>> HistoryAsync(
        CreditsDb db, Guid userId, Keyset<long> at, CancellationToken cancel) =>
        db.PublicEntries.Where(entry => entry.UserId == userId)
            .PageAsync(entry => entry.Seq, at, entry => entry, cancel);

    /// <summary>The seq of the user's last entry that was written by then; 0 before the first.</summary>
    internal static Task<long> SeqAtAsync(CreditsDb db, Guid userId, DateTimeOffset time, CancellationToken cancel) =>
        db.Database.SqlQuery<long>($"SELECT entry_seq_at({userId}, {time.ToUniversalTime()}) AS \"Value\"").SingleAsync(cancel);

    private static Expression<Func<EntryRecord, LedgerRow>> Rows(CreditsDb db) => entry => new LedgerRow(
        entry.Id, entry.UserId,
        db.Users.Where(user => user.Id == entry.UserId).Select(user => user.Email).FirstOrDefault(),
        entry.Kind, entry.Delta, entry.FreeDelta, entry.BalanceAfter,
        entry.Operation, entry.Actor,
        db.Staff.Where(staff => "staff:" + staff.UserId == entry.Actor)
            .Select(staff => db.Users.Where(user => user.Id == staff.UserId).Select(user => user.Email).FirstOrDefault())
            .FirstOrDefault(),
        entry.Reason, entry.CreatedAt, entry.ReversesId, entry.ReversedById,
        db.Jobs.Where(job => entry.Kind == "charge" && job.Id == entry.JobId && job.Status == "completed")
            .Select(job => (long?)(job.Cost - (job.Refunded ?? 0))).FirstOrDefault());

    private static async Task<long?> SeqAsync(CreditsDb db, long? id, CancellationToken cancel) => id is null
        ? null
        : await db.Entries.Where(entry => entry.Id == id).Select(entry => (long?)entry.Seq).SingleOrDefaultAsync(cancel);

    // The first and the last days of the calendar would not fit a time; nothing happened then.
    private static DateTimeOffset Midnight(DateOnly day) =>
        new(day.Year < 2000 ? new DateOnly(2000, 1, 1) : day.Year > 2999 ? new DateOnly(2999, 12, 31) : day,
            TimeOnly.MinValue, TimeSpan.Zero);

    // The time becomes an id, with a minute to spare: the list walks its own index instead of reading everything newer
    // than the day that was asked for.
    private static async Task<IQueryable<EntryRecord>> FromAsync(
        CreditsDb db, IQueryable<EntryRecord> entries, DateTimeOffset from, CancellationToken cancel)
    {
        var first = await FirstSinceAsync(db, from, cancel);
        return entries.Where(entry => entry.CreatedAt >= from && entry.Id >= first);
    }

    private static async Task<IQueryable<EntryRecord>> UntilAsync(
        CreditsDb db, IQueryable<EntryRecord> entries, DateTimeOffset lastDay, CancellationToken cancel)
    {
        var until = lastDay.AddDays(1);
        var beyond = await FirstSinceAsync(db, until.AddMinutes(2), cancel);
        return entries.Where(entry => entry.CreatedAt < until && entry.Id < beyond);
    }

    private static Task<long> FirstSinceAsync(CreditsDb db, DateTimeOffset time, CancellationToken cancel) =>
        db.Database.SqlQuery<long>($"SELECT credits.first_entry_since({time}) AS \"Value\"").SingleAsync(cancel);
}
