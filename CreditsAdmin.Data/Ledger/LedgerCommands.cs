using Npgsql;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Ledger;

/// <summary>What is asked of a grant.</summary>
/// <param name="UserId">Who gets the credits.</param>
/// <param name="Credits">At least 1.</param>
/// <param name="Category"><c>promotional</c> (the free part of the balance) or <c>paid</c>.</param>
/// <param name="Reason">Why, for the audit log: 1 to 500 characters.</param>
/// <param name="IdempotencyKey">Made when the form opens, so that submitting it twice grants once.</param>
public sealed record GrantRequest(Guid UserId, long? Credits, string Category, string? Reason, string IdempotencyKey);

/// <summary>A grant with the balance before and after it, in credits.</summary>
public sealed record GrantOutcome(
    Guid Id, Guid UserId, string Category, long Credits, long EntryId,
    long AvailableBefore, long Available, long Free, long Paid, bool Replayed)
{
    internal static GrantOutcome Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4),
        row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetBoolean(9));
}

/// <summary>Movements of credits that no job and no payment causes.</summary>
public sealed class LedgerCommands(CreditsDatabase database)
{
    /// <summary>Grants credits for a reason, once for a key. Refuses CR002 to CR005, CR012 and CR013.</summary>
    public Task<CreditResult<GrantOutcome>> GrantAsync(GrantRequest request, Caller caller, CancellationToken cancel) =>
        database.App.CallRepeatableAsync(
            "SELECT id, user_id, category, credits, entry_id, available_before, available, free, paid, replayed "
            + "FROM grant_credits($1, $2, $3, $4, $5, $6, $7, $8)", GrantOutcome.Read, cancel,
            Value(request.UserId), Value(request.Credits), Value(request.Category), Value(request.Reason),
            Value(request.IdempotencyKey), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));
}
