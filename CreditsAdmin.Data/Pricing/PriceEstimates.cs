using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Pricing;

/// <summary>What is to be estimated.</summary>
/// <param name="UserId">Whose balance should pay for it; null when nobody's is asked about.</param>
/// <param name="Operation">The job's operation, which may have a price of its own; may be missing.</param>
/// <param name="CachedInputTokens">The part of <paramref name="InputTokens"/> that the provider has in its cache.</param>
/// <param name="Seconds">Of sound or film, with at most six decimal places.</param>
public sealed record EstimateRequest(
    Guid? UserId, string? Provider, string? Model, string? Operation, long? InputTokens = null, long? OutputTokens = null,
    long? CachedInputTokens = null, long? Images = null, decimal? Seconds = null);

/// <summary>What that would cost now.</summary>
/// <param name="PriceId">The version of the price that it was reckoned with.</param>
/// <param name="Provider">What that version is for, as Model and Operation are; null: for all of them.</param>
/// <param name="Cost">Dollars at the price, exact, as a plain decimal; null for a price in credits.</param>
/// <param name="Billed">The same with the markup that usage has.</param>
/// <param name="Credits">Whole credits, rounded up.</param>
/// <param name="Available">Credits that the user has; null when nobody's balance was asked about.</param>
/// <param name="Enough">Whether that is enough.</param>
/// <param name="Shortfall">Credits that are missing.</param>
public sealed record Estimate(
    Guid PriceId, string? Provider, string? Model, string? Operation, string? Cost, string? Billed, long Credits,
    long? Available, bool? Enough, long? Shortfall);

/// <summary>Estimates jobs. Moves nothing.</summary>
public sealed class PriceEstimates(CreditsDatabase database)
{
    // Dollars as texts: a trillion tokens have more digits than a decimal.
    private const string Sql =
        "SELECT price_id, provider, model, operation, cost::text, billed::text, credits, available, enough, shortfall "
        + "FROM estimate_credits($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// <summary>As the service, for anybody's balance. Refuses CR002, CR013 and CR031.</summary>
    public Task<CreditResult<Estimate>> FindAsync(EstimateRequest request, CancellationToken cancel) =>
        database.App.CallRepeatableAsync(Sql, Read, cancel, Parameters(request));

    /// <summary>As one user, for their own balance: another's is refused like one that is not there.</summary>
    public Task<CreditResult<Estimate>> FindAsUserAsync(Guid userId, EstimateRequest request, CancellationToken cancel) =>
        database.AsUserAsync(
            userId, connection => connection.CallAsync(Sql, Read, cancel, Parameters(request)), cancel);

    private static NpgsqlParameter[] Parameters(EstimateRequest request) =>
    [
        Value(request.UserId), Value(request.Provider), Value(request.Model), Value(request.Operation),
        Value(request.InputTokens), Value(request.OutputTokens), Value(request.CachedInputTokens), Value(request.Images),
        Parameter(request.Seconds, NpgsqlDbType.Numeric),
    ];

    private static Estimate Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.TextOrNull(1), row.TextOrNull(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5),
        row.GetInt64(6), row.LongOrNull(7), row.IsDBNull(8) ? null : row.GetBoolean(8), row.LongOrNull(9));
}
