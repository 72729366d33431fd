using Npgsql;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Adjustments;

/// <summary>What is asked of an adjustment.</summary>
/// <param name="UserId">Whose balance is corrected.</param>
/// <param name="Delta">Credits, positive or negative, not 0.</param>
/// <param name="Category"><c>promotional</c> (the free part of the balance) or <c>paid</c>.</param>
/// <param name="Reason">Why, for the audit log: 1 to 500 characters.</param>
/// <param name="IdempotencyKey">Made when the form opens, so that submitting it twice adjusts once.</param>
public sealed record AdjustmentRequest(Guid UserId, long? Delta, string Category, string? Reason, string IdempotencyKey);

/// <summary>An adjustment as a command left it, with the balance before and after it in credits. EntryId and the balance are
/// null while it waits for a second admin, and when it was rejected.</summary>
/// <param name="Status">pending, posted or rejected.</param>
/// <param name="Category">promotional or paid; null when the credits go back to what paid for a job.</param>
/// <param name="Deadline">When it expires unless it is decided by then, UTC.</param>
public sealed record AdjustmentOutcome(
    Guid Id, Guid UserId, string? Category, long Delta, string Status, long? EntryId,
    long? AvailableBefore, long? Available, DateTimeOffset Deadline, bool Replayed)
{
    /// <summary>Nothing has moved yet.</summary>
    public bool Waits => Status == "pending";

    internal static AdjustmentOutcome Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.TextOrNull(2), row.GetInt64(3), row.GetString(4), row.LongOrNull(5),
        row.LongOrNull(6), row.LongOrNull(7), row.GetFieldValue<DateTimeOffset>(8), row.GetBoolean(9));
}

/// <summary>Corrections by staff. Above the limit, and for one's own account, they wait for a second admin.</summary>
public sealed class AdjustmentCommands(CreditsDatabase database)
{
    private const string Columns =
        "id, user_id, category, delta, status, entry_id, available_before, available, deadline, replayed";

    /// <summary>Corrects one part of a balance. Refuses CR001 to CR005, CR012, CR013 and CR016.</summary>
    public Task<CreditResult<AdjustmentOutcome>> AdjustAsync(
        AdjustmentRequest request, Caller caller, CancellationToken cancel) => CallAsync(
            "adjust_credits($1, $2, $3, $4, $5, $6, $7, $8)", caller, cancel, Value(request.UserId), Value(request.Delta),
            Value(request.Category), Value(request.Reason), Value(request.IdempotencyKey));

    /// <summary>Undoes a ledger entry, once. Refuses CR001, CR004, CR005, CR012, CR013, CR016, CR019 and CR020.</summary>
    public Task<CreditResult<AdjustmentOutcome>> ReverseAsync(
        long entryId, string? reason, string idempotencyKey, Caller caller, CancellationToken cancel) => CallAsync(
            "reverse_entry($1, $2, $3, $4, $5, $6)", caller, cancel, Value(entryId), Value(reason), Value(idempotencyKey));

    /// <summary>Gives back credits of a completed job; null means all that are left. Refuses CR003 to CR006, CR012, CR013,
    /// CR016, CR019 and CR020.</summary>
    public Task<CreditResult<AdjustmentOutcome>> RefundAsync(
        Guid jobId, long? credits, string? reason, string idempotencyKey, Caller caller, CancellationToken cancel) => CallAsync(
            "refund_job($1, $2, $3, $4, $5, $6, $7)", caller, cancel, Value(jobId), Value(credits), Value(reason),
            Value(idempotencyKey));

    /// <summary>Approves what another admin asked for, and posts it once. Refuses CR001, CR003, CR012 and CR020 to
    /// CR023.</summary>
    public Task<CreditResult<AdjustmentOutcome>> ApproveAsync(Guid adjustmentId, Caller caller, CancellationToken cancel) =>
        CallAsync("approve_adjustment($1, $2, $3, $4)", caller, cancel, Value(adjustmentId));

    /// <summary>Rejects it with a reason for whoever asked. Refuses CR012, CR013, CR021 and CR022.</summary>
    public Task<CreditResult<AdjustmentOutcome>> RejectAsync(
        Guid adjustmentId, string? reason, Caller caller, CancellationToken cancel) =>
        CallAsync("reject_adjustment($1, $2, $3, $4, $5)", caller, cancel, Value(adjustmentId), Value(reason));

    /// <summary>Lets what nobody decided in time expire; returns how many did. Call again while there are as many as
    /// <paramref name="limit"/>.</summary>
    public async Task<int> ExpireAsync(int limit, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT expire_adjustments($1)");
        command.Parameters.AddWithValue(limit);
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    private Task<CreditResult<AdjustmentOutcome>> CallAsync(
        string function, Caller caller, CancellationToken cancel, params NpgsqlParameter[] asked) => database.App.CallAsync(
            $"SELECT {Columns} FROM {function}", AdjustmentOutcome.Read, cancel,
            [.. asked, Value(caller.Actor), Value(caller.Via), Value(caller.RequestId)]);
}
