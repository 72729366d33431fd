using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Jobs;

/// <summary>What is asked of a charge.</summary>
/// <param name="UserId">Who pays.</param>
/// <param name="Operation">What is generated: 1 to 100 characters.</param>
/// <param name="Cost">Credits, at least 1.</param>
/// <param name="IdempotencyKey">1 to 255 visible ASCII characters, unique for the user.</param>
/// <param name="Metadata">A JSON object, or null for none.</param>
/// <param name="TimeoutSeconds">After so long without an end it expires: 1 to 604,800, or null for the setting.</param>
public sealed record ChargeRequest(
    Guid UserId, string? Operation, long? Cost, string? IdempotencyKey, string? Metadata, int? TimeoutSeconds = null);

/// <summary>Charges, completes and fails jobs: one method, one Postgres function.</summary>
public sealed class JobCommands(CreditsDatabase database)
{
    private const string Columns =
        "id, user_id, operation, status, cost, refunded, metadata, created_at, deadline, finished_at, error, "
        + "available, free, paid, replayed";

    /// <summary>Creates a job and takes its cost, free credits before paid. The same key and request again returns the
    /// first result. Refuses CR001 to CR005 and CR013.</summary>
    public Task<CreditResult<JobOutcome>> ChargeAsync(ChargeRequest request, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            $"SELECT {Columns} FROM charge_credits($1, $2, $3, $4, $5, $6, $7, $8, $9)", JobOutcome.Read, cancel,
            Value(request.UserId), Value(request.Operation), Value(request.Cost), Value(request.IdempotencyKey),
            Json(request.Metadata), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Parameter(request.TimeoutSeconds, NpgsqlDbType.Integer));

    /// <summary>Completes a job, for <paramref name="actualCost"/> credits when that is less than was charged.
    /// Refuses CR003, CR006, CR007, CR008 and CR012.</summary>
    public Task<CreditResult<JobOutcome>> CompleteAsync(
        Guid jobId, long? actualCost, Caller caller, CancellationToken cancel, string? idempotencyKey = null) =>
        database.App.CallAsync(
            $"SELECT {Columns} FROM complete_job($1, $2, $3, $4, $5, $6)", JobOutcome.Read, cancel,
            Value(jobId), Value(actualCost), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Value(idempotencyKey));

    /// <summary>Fails a job and gives its credits back, once. Refuses CR006, CR007, CR012 and CR013.</summary>
    public Task<CreditResult<JobOutcome>> FailAsync(
        Guid jobId, string? error, Caller caller, CancellationToken cancel, string? idempotencyKey = null) =>
        database.App.CallAsync(
            $"SELECT {Columns} FROM fail_job($1, $2, $3, $4, $5, $6)", JobOutcome.Read, cancel,
            Value(jobId), Value(error), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Value(idempotencyKey));

    /// <summary>Expires up to a hundred jobs that nobody finished in time and gives their credits back; how many. Any
    /// number of instances may do so at once.</summary>
    public Task<long> ExpireAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT expire_jobs()::bigint", cancel);

    /// <summary>Forgets idempotency keys that are older than a week; how many.</summary>
    public Task<long> ForgetKeysAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT forget_idempotency_keys()", cancel);
}
