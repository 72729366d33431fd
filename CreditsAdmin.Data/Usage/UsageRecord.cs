using Npgsql;

namespace CreditsAdmin.Data.Usage;

/// <summary>What a model was used for, to be recorded.</summary>
/// <param name="UserId">Who used it, and pays.</param>
/// <param name="Provider">As the price names it.</param>
/// <param name="Model">As the price names it.</param>
/// <param name="IdempotencyKey">1 to 255 visible ASCII characters, unique for the user.</param>
/// <param name="InputTokens">Tokens, cached ones included.</param>
/// <param name="OutputTokens">Tokens.</param>
/// <param name="CachedInputTokens">The part of <paramref name="InputTokens"/> that the provider had in its cache.</param>
/// <param name="Images">How many.</param>
/// <param name="Seconds">Of sound or video, with at most six decimal places.</param>
/// <param name="UsedAt">When: the price of that moment counts. Null is now.</param>
/// <param name="JobId">The job that was charged for it already; null when the record is what charges.</param>
public sealed record UsageRequest(
    Guid UserId, string? Provider, string? Model, string? IdempotencyKey, long? InputTokens = null, long? OutputTokens = null,
    long? CachedInputTokens = null, long? Images = null, decimal? Seconds = null, DateTimeOffset? UsedAt = null,
    Guid? JobId = null);

/// <summary>A record of usage. Times are UTC. Dollars and seconds are exact decimals in plain notation: they can have more
/// digits than any number type of C# has.</summary>
/// <param name="Cost">Dollars at the price: what the provider takes. Null for readers who may not know.</param>
/// <param name="Billed">Dollars that the user owes for it: the cost with the markup; 0 when a job was charged.</param>
/// <param name="Credits">Whole credits that were charged with it: what it filled up.</param>
/// <param name="Replayed">True when an earlier call had recorded it already.</param>
public sealed record UsageRecord(
    long Id, Guid UserId, string Provider, string Model, long InputTokens, long CachedInputTokens, long OutputTokens,
    long Images, string Seconds, DateTimeOffset UsedAt, DateTimeOffset RecordedAt, Guid? JobId, string? Cost, string Billed,
    long Credits, bool Replayed)
{
    /// <summary>What <see cref="Read"/> reads of a <c>usage_result</c>, in its order.</summary>
    internal static string Columns(string source) => $"""
        {source}.id, {source}.user_id, {source}.provider, {source}.model, {source}.input_tokens, {source}.cached_input_tokens,
        {source}.output_tokens, {source}.images, {source}.seconds::text, {source}.used_at, {source}.recorded_at, {source}.job_id,
        {source}.cost::text, {source}.billed::text, {source}.credits, {source}.replayed
        """;

    internal static UsageRecord Read(NpgsqlDataReader row) => Read(row, 0);

    internal static UsageRecord Read(NpgsqlDataReader row, int first) => new(
        row.GetInt64(first), row.GetGuid(first + 1), row.GetString(first + 2), row.GetString(first + 3),
        row.GetInt64(first + 4), row.GetInt64(first + 5), row.GetInt64(first + 6), row.GetInt64(first + 7),
        row.GetString(first + 8), row.GetFieldValue<DateTimeOffset>(first + 9), row.GetFieldValue<DateTimeOffset>(first + 10),
        row.IsDBNull(first + 11) ? null : row.GetGuid(first + 11), row.TextOrNull(first + 12), row.GetString(first + 13),
        row.GetInt64(first + 14), row.GetBoolean(first + 15));
}
