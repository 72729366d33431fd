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
public sealed class JobCommands(CreditsDatabase database, ChargeGatherer gatherer)
{
    /// <summary>So many charges may be asked for at once.</summary>
    public const int MostCharges = ChargeBatch.MostItems;

    /// <summary>Creates a job and takes its cost, free credits before paid. The same key and request again returns the
    /// first result. Refuses CR001 to CR005, CR012, CR013 and CR016. What the API asks for at the same time is written
    /// together; nobody can tell from the answer.</summary>
    public Task<CreditResult<JobOutcome>> ChargeAsync(ChargeRequest request, Caller caller, CancellationToken cancel) =>
        CreditsTelemetry.WatchesCharges
            ? CreditsTelemetry.WatchChargeAsync(() => WriteAsync(request, caller, cancel), job => job.Replayed ? 0 : job.Cost)
            : WriteAsync(request, caller, cancel);

    /// <summary>Many charges of one caller, as if each were asked for alone, in their order: one answer for each. Takes
    /// 1 to <see cref="MostCharges"/>.</summary>
    public async Task<IReadOnlyList<ChargeAnswer>> ChargeManyAsync(
        IEnumerable<ChargeRequest> requests, Caller caller, CancellationToken cancel)
    {
        ChargeItem[] items = [.. requests.Select(request => new ChargeItem(request, caller))];
        var answers = await ChargeBatch.RunAsync(database.App, items, cancel);
        CreditsTelemetry.Charged.Add(answers.Sum(one => one.Result?.Value is { Replayed: false } job ? job.Cost : 0));
        return answers;
    }

    /// <summary>Completes a job, for <paramref name="actualCost"/> credits when that is less than was charged.
    /// Refuses CR003, CR006, CR007, CR008 and CR012.</summary>
    public Task<CreditResult<JobOutcome>> CompleteAsync(
        Guid jobId, long? actualCost, Caller caller, CancellationToken cancel, string? idempotencyKey = null) =>
        database.App.CallRepeatableAsync(
            $"SELECT {JobOutcome.Columns} FROM complete_job($1, $2, $3, $4, $5, $6)", JobOutcome.Read, cancel,
            Value(jobId), Value(actualCost), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Value(idempotencyKey)).CountAsync(CreditsTelemetry.Refunded, RefundedNow);

    /// <summary>Fails a job and gives its credits back, once. Refuses CR006, CR007, CR012 and CR013.</summary>
    public Task<CreditResult<JobOutcome>> FailAsync(
        Guid jobId, string? error, Caller caller, CancellationToken cancel, string? idempotencyKey = null) =>
        database.App.CallRepeatableAsync(
            $"SELECT {JobOutcome.Columns} FROM fail_job($1, $2, $3, $4, $5, $6)", JobOutcome.Read, cancel,
            Value(jobId), Value(error), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Value(idempotencyKey)).CountAsync(CreditsTelemetry.Refunded, RefundedNow);

    /// <summary>Fails a job that nobody wants any more, with the error <c>cancelled</c>: everything goes back. Refuses as
    /// <see cref="FailAsync"/>.</summary>
    public Task<CreditResult<JobOutcome>> CancelAsync(
        Guid jobId, Caller caller, CancellationToken cancel, string? idempotencyKey = null) =>
        FailAsync(jobId, "cancelled", caller, cancel, idempotencyKey);

    /// <summary>Expires up to a hundred jobs that nobody finished in time and gives their credits back; how many. Any
    /// number of instances may do so at once.</summary>
    public Task<long> ExpireAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT expire_jobs()::bigint", cancel);

    /// <summary>Forgets idempotency keys that are older than a week; how many.</summary>
    public Task<long> ForgetKeysAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT forget_idempotency_keys()", cancel);

    private static long RefundedNow(JobOutcome job) => job.Replayed ? 0 : job.Refunded;

    private Task<CreditResult<JobOutcome>> WriteAsync(ChargeRequest request, Caller caller, CancellationToken cancel) =>
        gatherer.IsOn && caller.Via == "api"
            ? gatherer.ChargeAsync(request, caller, cancel)
            : ChargeBatch.RunAsync(database.App, request, caller, cancel);
}
