using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Receipts;

/// <summary>Which receipts to list; null means all.</summary>
/// <param name="UserId">Of this user.</param>
/// <param name="Status">pending, verified or rejected.</param>
/// <param name="Reference">With this reference, however it is written.</param>
public sealed record ReceiptFilter(Guid? UserId = null, string? Status = null, string? Reference = null);

/// <summary>Which receipts a user or a front end lists; null means all.</summary>
/// <param name="UserId">Of this user.</param>
/// <param name="Status">pending, verified or rejected.</param>
/// <param name="Provider">bmc, stripe or manual.</param>
public sealed record ReceiptHistoryFilter(Guid? UserId = null, string? Status = null, string? Provider = null);

/// <summary>A receipt in the console's list, with its user and their balance in credits.</summary>
/// <param name="SuggestedCredits">What the amount buys at the configured price of a credit; at least 1.</param>
/// <param name="StaffEmail">The member of staff who decided, or null.</param>
public sealed record ReceiptRow(
    Guid Id, Guid UserId, string? Email, string Provider, string? Reference, long AmountCents, string Currency,
    string Status, long? Credits, long SuggestedCredits, string? Note, long Available, DateTimeOffset CreatedAt,
    string? DecidedBy, string? StaffEmail, DateTimeOffset? DecidedAt, string? DecisionReason);

/// <summary>Reads receipts.</summary>
public static class ReceiptQueries
{
    /// <summary>The console's list.</summary>
    public static Task<Page<ReceiptRow>> ListAsync(
        CreditsDb db, ReceiptFilter filter, Keyset<Guid> at, CancellationToken cancel) =>
        Filtered(db, filter).PageAsync(receipt => receipt.Id, at, receipt => new ReceiptRow(
            receipt.Id, receipt.UserId,
            db.Users.Where(user => user.Id == receipt.UserId).Select(user => user.Email).FirstOrDefault(),
            receipt.Provider, receipt.Reference, receipt.AmountCents, receipt.Currency, receipt.Status, receipt.Credits,
            db.Settings.Select(settings => Math.Max(1, receipt.AmountCents / settings.CentsPerCredit)).First(),
            receipt.Note,
            db.Accounts.Where(account => account.UserId == receipt.UserId)
                .Select(account => account.Free + account.Paid).First(),
            receipt.CreatedAt, receipt.DecidedBy,
            db.Staff.Where(staff => "staff:" + staff.UserId == receipt.DecidedBy)
                .Select(staff => db.Users.Where(user => user.Id == staff.UserId).Select(user => user.Email).FirstOrDefault())
                .FirstOrDefault(),
            receipt.DecidedAt, receipt.DecisionReason), cancel);

    /// <summary>A user's own receipts, newest first.</summary>
    public static Task<Page<Receipt>> HistoryAsync(
        CreditsDb db, Guid userId, Keyset<Guid> at, CancellationToken cancel) =>
        db.PublicReceipts.Where(receipt => receipt.UserId == userId)
            .PageAsync(receipt => receipt.Id, at, receipt => receipt, cancel);

    /// <summary>What users and front ends may see of receipts, newest first.</summary>
    public static Task<Page<Receipt>> HistoryAsync(
        CreditsDb db, ReceiptHistoryFilter filter, Keyset<Guid> at, CancellationToken cancel)
    {
        var receipts = db.PublicReceipts.AsQueryable();
        if (filter.UserId is { } userId) receipts = receipts.Where(receipt => receipt.UserId == userId);
        if (filter.Status is { } status) receipts = receipts.Where(receipt => receipt.Status == status);
        if (filter.Provider is { } provider) receipts = receipts.Where(receipt => receipt.Provider == provider);
        return receipts.PageAsync(receipt => receipt.Id, at, receipt => receipt, cancel);
    }

    /// <summary>One receipt; null when there is none, or none that the reader may see.</summary>
    public static Task<Receipt?> FindAsync(CreditsDb db, Guid receiptId, CancellationToken cancel) =>
        db.PublicReceipts.SingleOrDefaultAsync(receipt => receipt.Id == receiptId, cancel);

    /// <summary>How many claims wait for a decision, counted to 100 at most.</summary>
    public static Task<int> CountPendingAsync(CreditsDb db, CancellationToken cancel) =>
        db.Receipts.Where(receipt => receipt.Status == "pending").Take(100).CountAsync(cancel);

    private static IQueryable<ReceiptRecord> Filtered(CreditsDb db, ReceiptFilter filter)
    {
        var receipts = db.Receipts.AsQueryable();
        if (filter.UserId is { } userId) receipts = receipts.Where(receipt => receipt.UserId == userId);
        if (filter.Status is { } status) receipts = receipts.Where(receipt => receipt.Status == status);
        if (filter.Reference is { } reference)
        {
            // The same rule as the database's normalize_reference: letters and digits count, upper case.
            var key = string.Concat(reference.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit));
            receipts = receipts.Where(receipt => receipt.ReferenceKey == key);
        }

        return receipts;
    }
}
