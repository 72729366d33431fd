using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Adjustments;

internal sealed class AdjustmentRecord
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string? Category { get; init; }

    public long Delta { get; init; }

    public string Reason { get; init; } = "";

    public long? Reverses { get; init; }

    public Guid? JobId { get; init; }

    public string Status { get; init; } = "";

    public string RequestedBy { get; init; } = "";

    public DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset Deadline { get; init; }

    public string? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public string? DecisionReason { get; init; }
}

/// <summary>An adjustment in the console's list, with its user and their balance. Amounts are credits, times UTC.</summary>
/// <param name="Category">promotional or paid; null when the credits go back to what paid for a job.</param>
/// <param name="Reverses">The ledger entry that it undoes.</param>
/// <param name="Operation">Of the job whose credits go back.</param>
/// <param name="RequestedByEmail">The member of staff who asked, or null.</param>
/// <param name="DecidedByEmail">The member of staff who decided, or null.</param>
/// <param name="EntryId">The ledger entry that it became.</param>
public sealed record AdjustmentRow(
    Guid Id, Guid UserId, string? Email, string? Category, long Delta, string Reason, long? Reverses, string? Operation,
    string Status, string RequestedBy, string? RequestedByEmail, DateTimeOffset RequestedAt, DateTimeOffset Deadline,
    string? DecidedBy, string? DecidedByEmail, DateTimeOffset? DecidedAt, string? DecisionReason,
    long Available, long? EntryId);

/// <summary>Reads adjustments.</summary>
public static class AdjustmentQueries
{
    /// <summary>The console's list; null means every status.</summary>
    public static Task<Page<AdjustmentRow>> ListAsync(
        CreditsDb db, string? status, Keyset<Guid> at, CancellationToken cancel)
    {
        var adjustments = db.Adjustments.AsQueryable();
        if (status is not null) adjustments = adjustments.Where(adjustment => adjustment.Status == status);
        return adjustments.PageAsync(adjustment => adjustment.Id, at, adjustment => new AdjustmentRow(
            adjustment.Id, adjustment.UserId,
            db.Users.Where(user => user.Id == adjustment.UserId).Select(user => user.Email).FirstOrDefault(),
            adjustment.Category, adjustment.Delta, adjustment.Reason, adjustment.Reverses,
            db.Jobs.Where(job => job.Id == adjustment.JobId).Select(job => job.Operation).FirstOrDefault(),
            adjustment.Status, adjustment.RequestedBy,
            db.Staff.Where(staff => "staff:" + staff.UserId == adjustment.RequestedBy)
                .Select(staff => db.Users.Where(user => user.Id == staff.UserId).Select(user => user.Email).FirstOrDefault())
                .FirstOrDefault(),
            adjustment.RequestedAt, adjustment.Deadline, adjustment.DecidedBy,
            db.Staff.Where(staff => "staff:" + staff.UserId == adjustment.DecidedBy)
                .Select(staff => db.Users.Where(user => user.Id == staff.UserId).Select(user => user.Email).FirstOrDefault())
                .FirstOrDefault(),
            adjustment.DecidedAt, adjustment.DecisionReason,
            db.Accounts.Where(account => account.UserId == adjustment.UserId)
                .Select(account => account.Free + account.Paid).First(),
            db.Entries.Where(entry => entry.AdjustmentId == adjustment.Id).Select(entry => (long?)entry.Id).FirstOrDefault()),
            cancel);
    }

    /// <summary>Credits that one admin may move alone, either way.</summary>
    public static Task<long> LimitAsync(CreditsDb db, CancellationToken cancel) =>
        db.Settings.Select(settings => settings.ApprovalLimit).SingleAsync(cancel);

    /// <summary>How many wait for a second admin, counted to 100 at most.</summary>
    public static Task<int> CountPendingAsync(CreditsDb db, CancellationToken cancel) =>
        db.Adjustments.Where(adjustment => adjustment.Status == "pending").Take(100).CountAsync(cancel);
}
