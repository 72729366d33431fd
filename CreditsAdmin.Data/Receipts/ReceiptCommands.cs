using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Receipts;

/// <summary>A payment that a user says they made.</summary>
/// <param name="Reference">The provider's reference, such as BMC-123: 1 to 100 characters.</param>
/// <param name="AmountCents">Cents of <paramref name="Currency"/>, at least 1.</param>
/// <param name="Currency">ISO 4217, such as USD.</param>
/// <param name="Note">What the user adds; may be missing.</param>
/// <param name="Provider">bmc; a front end may also claim stripe and manual.</param>
public sealed record ReceiptClaim(
    string? Reference, long? AmountCents, string Currency = "USD", string? Note = null, string Provider = "bmc");

/// <summary>A payment that staff have checked already.</summary>
/// <param name="UserId">Who paid.</param>
/// <param name="Credits">What they get, at least 1.</param>
/// <param name="AmountCents">What they paid, in US cents.</param>
/// <param name="Reference">Buy Me a Coffee's reference, or null.</param>
/// <param name="Note">Anything to remember, or null.</param>
/// <param name="ExpiresAt">When what is left of the credits is lost, UTC; null for never.</param>
/// <param name="Priority">Smaller is spent first: 0 to 1000, or null for 100.</param>
public sealed record CheckedPayment(
    Guid UserId, long? Credits, long? AmountCents, string? Reference, string? Note,
    DateTimeOffset? ExpiresAt = null, int? Priority = null);

/// <summary>A receipt as a command left it, with the balance in credits. Credits and EntryId are null until it is
/// verified.</summary>
public sealed record ReceiptOutcome(
    Guid Id, Guid UserId, string Status, long? Credits, long? EntryId,
    long? AvailableBefore, long Available, long Free, long Paid, bool Replayed)
{
    internal static ReceiptOutcome Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.LongOrNull(3), row.LongOrNull(4),
        row.LongOrNull(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetBoolean(9));
}

/// <summary>Claims, verifies, rejects and records payments: one method, one Postgres function.</summary>
public sealed class ReceiptCommands(CreditsDatabase database)
{
    private const string Columns =
        "id, user_id, status, credits, entry_id, available_before, available, free, paid, replayed";

    /// <summary>A signed-in user claims a Buy Me a Coffee payment. Runs as that user, so Postgres lets them claim for
    /// nobody else. Refuses CR003 to CR005, CR011 to CR014 and CR016.</summary>
    public Task<CreditResult<ReceiptOutcome>> ClaimAsync(
        Guid userId, ReceiptClaim claim, CancellationToken cancel, string? idempotencyKey = null) =>
        database.AsUserAsync(userId, connection => connection.CallAsync(
            $"SELECT {Columns} FROM claim_receipt($1, $2, $3, $4, $5, $6, $7)", ReceiptOutcome.Read, cancel,
            Claim(userId, claim, idempotencyKey)), cancel);

    /// <summary>A front end claims a payment for one of its users. Refuses CR002 to CR005, CR011 to CR014 and
    /// CR016.</summary>
    public Task<CreditResult<ReceiptOutcome>> ClaimForAsync(
        Guid userId, ReceiptClaim claim, string? idempotencyKey, Caller caller, CancellationToken cancel) =>
        database.App.CallRepeatableAsync(
            $"SELECT {Columns} FROM claim_receipt($1, $2, $3, $4, $5, $6, $7, $8)", ReceiptOutcome.Read, cancel,
            [.. Claim(userId, claim, idempotencyKey), Value(caller.Actor)]);

    /// <summary>Verifies a claim and adds <paramref name="credits"/>, once. Refuses CR003, CR009, CR010 and
    /// CR012.</summary>
    public Task<CreditResult<ReceiptOutcome>> VerifyAsync(
        Guid receiptId, long? credits, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            $"SELECT {Columns} FROM verify_receipt($1, $2, $3, $4, $5)", ReceiptOutcome.Read, cancel,
            Value(receiptId), Value(credits), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId))
        .CountAsync(CreditsTelemetry.Granted, GrantedNow);

    /// <summary>Rejects a claim with a reason that the user reads. Refuses CR009, CR010, CR012 and CR013.</summary>
    public Task<CreditResult<ReceiptOutcome>> RejectAsync(
        Guid receiptId, string? reason, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            $"SELECT {Columns} FROM reject_receipt($1, $2, $3, $4, $5)", ReceiptOutcome.Read, cancel,
            Value(receiptId), Value(reason), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));

    /// <summary>Records a payment that was checked already and adds its credits. The same reference again is refused
    /// with CR011 and the first receipt in its detail. Refuses CR002, CR003, CR012 and CR013.</summary>
    public Task<CreditResult<ReceiptOutcome>> RecordAsync(
        CheckedPayment payment, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            $"SELECT {Columns} FROM record_receipt($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", ReceiptOutcome.Read, cancel,
            Value(payment.UserId), Value(payment.Credits), Value(payment.AmountCents), Value(payment.Reference),
            Value(payment.Note), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Parameter(payment.Priority, NpgsqlDbType.Integer), Value(payment.ExpiresAt))
        .CountAsync(CreditsTelemetry.Granted, GrantedNow);

    private static long GrantedNow(ReceiptOutcome receipt) => receipt.Replayed ? 0 : receipt.Credits ?? 0;

    private static NpgsqlParameter[] Claim(Guid userId, ReceiptClaim claim, string? idempotencyKey) =>
    [
        Value(userId), Value(claim.Provider), Value(claim.Reference), Value(claim.AmountCents), Value(claim.Currency),
        Value(claim.Note), Value(idempotencyKey),
    ];
}
