using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Ledger;

/// <summary>What is asked of a grant.</summary>
/// <param name="UserId">Who gets the credits.</param>
/// <param name="Credits">At least 1.</param>
/// <param name="Category"><c>promotional</c> (the free part of the balance) or <c>paid</c>.</param>
/// <param name="Reason">Why, for the audit log: 1 to 500 characters.</param>
/// <param name="IdempotencyKey">Made when the form opens, so that submitting it twice grants once.</param>
/// <param name="ExpiresAt">When what is left of them is lost, UTC; null for never.</param>
/// <param name="EffectiveAt">When they begin to count, UTC; null for now.</param>
/// <param name="Priority">Smaller is spent first: 0 to 1000, or null for 100.</param>
/// <param name="ExpectedVersion">The balance's version that the grant was decided upon; null for any.</param>
public sealed record GrantRequest(
    Guid UserId, long? Credits, string? Category, string? Reason, string? IdempotencyKey,
    DateTimeOffset? ExpiresAt = null, DateTimeOffset? EffectiveAt = null, int? Priority = null,
    long? ExpectedVersion = null);

/// <summary>A grant with the balance before and after it, in credits.</summary>
/// <param name="EntryId">Its ledger entry; null while the grant has not begun.</param>
public sealed record GrantOutcome(
    Guid Id, Guid UserId, string Category, long Credits, long? EntryId,
    long AvailableBefore, long Available, long Free, long Paid, bool Replayed,
    int Priority, DateTimeOffset EffectiveAt, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt)
{
    internal static GrantOutcome Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.LongOrNull(4),
        row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetBoolean(9),
        row.GetInt32(10), row.GetFieldValue<DateTimeOffset>(11), row.TimeOrNull(12), row.GetFieldValue<DateTimeOffset>(13));
}

/// <summary>What became of a voided grant.</summary>
/// <param name="Credits">Taken back; 0 when nothing was left.</param>
/// <param name="Available">Free and paid together, after it.</param>
public sealed record VoidOutcome(Guid Id, Guid UserId, long Credits, long Available, long Free, long Paid, bool Replayed)
{
    internal static VoidOutcome Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
        row.GetBoolean(6));
}

/// <summary>Movements of credits that no job and no payment causes.</summary>
public sealed class LedgerCommands(CreditsDatabase database)
{
    /// <summary>Grants credits for a reason, once for a key. Refuses CR002 to CR005, CR012, CR013, CR050 and
    /// CR051.</summary>
    public Task<CreditResult<GrantOutcome>> GrantAsync(GrantRequest request, Caller caller, CancellationToken cancel) =>
        database.App.CallRepeatableAsync(
            "SELECT id, user_id, category, credits, entry_id, available_before, available, free, paid, replayed, priority, "
            + "effective_at, expires_at, created_at "
            + "FROM grant_credits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", GrantOutcome.Read, cancel,
            Value(request.UserId), Value(request.Credits), Value(request.Category), Value(request.Reason),
            Value(request.IdempotencyKey), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Parameter(request.Priority, NpgsqlDbType.Integer), Value(request.EffectiveAt), Value(request.ExpiresAt),
            Value(request.ExpectedVersion))
        .CountAsync(CreditsTelemetry.Granted, grant => grant.Replayed ? 0 : grant.Credits);

    /// <summary>Takes back what is left of a grant and ends it. Refuses CR004, CR005, CR012, CR013 and CR016 to
    /// CR018.</summary>
    public Task<CreditResult<VoidOutcome>> VoidAsync(
        Guid grantId, string? reason, string? idempotencyKey, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT id, user_id, credits, available, free, paid, replayed FROM void_grant($1, $2, $3, $4, $5, $6)",
            VoidOutcome.Read, cancel,
            Value(grantId), Value(reason), Value(idempotencyKey),
            Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));

    /// <summary>Posts grants that have begun or expired, of up to a hundred accounts; how many accounts it looked
    /// after. Any number of instances may do so at once.</summary>
    public Task<long> PostDueLotsAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT post_due_lots()::bigint", cancel);
}
