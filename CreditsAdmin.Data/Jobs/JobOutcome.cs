using Npgsql;

namespace CreditsAdmin.Data.Jobs;

/// <summary>A job as a command left it, with the user's balance. All amounts are credits, all times UTC.</summary>
/// <param name="Id">The job.</param>
/// <param name="UserId">Whose credits pay for it.</param>
/// <param name="Operation">What is generated, such as <c>image</c>.</param>
/// <param name="Status">pending, processing, completed, failed or expired.</param>
/// <param name="Cost">Charged when the job was created.</param>
/// <param name="Refunded">Given back, because the job failed or cost less.</param>
/// <param name="Metadata">The caller's own JSON object, kept as it came.</param>
/// <param name="CreatedAt">When it was charged.</param>
/// <param name="Deadline">When it expires unless it is finished by then.</param>
/// <param name="FinishedAt">When it was completed or failed.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Available">Free and paid together.</param>
/// <param name="Free">Credits that were given, spent first.</param>
/// <param name="Paid">Credits that were bought.</param>
/// <param name="Replayed">True when an earlier call had done this already.</param>
public sealed record JobOutcome(
    Guid Id, Guid UserId, string Operation, string Status, long Cost, long Refunded, string Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset Deadline, DateTimeOffset? FinishedAt, string? Error,
    long Available, long Free, long Paid, bool Replayed)
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    internal const string Columns =
        "id, user_id, operation, status, cost, refunded, metadata, created_at, deadline, finished_at, error, "
        + "available, free, paid, replayed";

    internal static JobOutcome Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5),
        row.GetString(6), row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), row.TimeOrNull(9),
        row.TextOrNull(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13), row.GetBoolean(14));
}
