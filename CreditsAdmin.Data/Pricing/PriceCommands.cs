using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Pricing;

/// <summary>A price to set: rates in dollars for a model, or credits for an operation.</summary>
/// <param name="Provider">Such as openai, exactly as it is written everywhere else: 1 to 200 characters.</param>
/// <param name="Operation">Only for this operation; null for all of them.</param>
/// <param name="Credits">Credits for the whole job, 0 to 1,000,000,000,000, in place of <paramref name="Rates"/>.</param>
/// <param name="EffectiveFrom">When it begins, UTC; null for now.</param>
/// <param name="Reason">Why, for the audit log: up to 500 characters; may be missing.</param>
public sealed record PriceRequest(
    string? Provider, string? Model, string? Operation, PriceRates Rates, long? Credits = null,
    DateTimeOffset? EffectiveFrom = null, string? Reason = null);

/// <summary>The version that holds from the moment that was asked for. Not <paramref name="Changed"/>: it was the same
/// before, and nothing was written.</summary>
public sealed record PriceOutcome(Price Price, bool Changed);

/// <summary>What an import does to one model's price.</summary>
/// <param name="Change">new, changed or unchanged.</param>
/// <param name="Before">The rates in force before, by name, as plain decimals; null for a new one.</param>
/// <param name="After">The same afterwards.</param>
public sealed record PriceChange(
    string Provider, string Model, string Change,
    IReadOnlyDictionary<string, string>? Before, IReadOnlyDictionary<string, string> After);

/// <summary>What an import did, or would do.</summary>
public sealed record PriceImport(IReadOnlyList<PriceChange> Changes);

/// <summary>Sets prices: one method, one Postgres function.</summary>
public sealed class PriceCommands(CreditsDatabase database)
{
    // Thousands of versions, each with its line in the audit log: a third of a millisecond for each.
    private const int MostSeconds = 300;

    /// <summary>Makes a version and ends the one before it; the same price again makes none. Refuses CR012, CR013, and CR030
    /// for a past moment that had a price.</summary>
    public Task<CreditResult<PriceOutcome>> SetAsync(PriceRequest price, Caller caller, CancellationToken cancel) =>
        database.App.CallRepeatableAsync(
            "SELECT id, provider, model, operation, input_per_million, cached_input_per_million, output_per_million, "
            + "per_image, per_second, credits, effective_from, effective_to, source, created_at, changed "
            + "FROM set_price($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", Read, cancel,
            Value(price.Provider), Value(price.Model), Dollars(price.Rates.InputPerMillion),
            Dollars(price.Rates.OutputPerMillion), Dollars(price.Rates.CachedInputPerMillion), Dollars(price.Rates.PerImage),
            Dollars(price.Rates.PerSecond), Value(price.Credits), Value(price.Operation), Value(price.EffectiveFrom),
            Value(price.Reason), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));

    /// <summary>Sets all of these in one transaction, from one moment on, or with <paramref name="dryRun"/> only says what
    /// that would change. What the list does not name stays. Refuses CR012 and CR013.</summary>
    public async Task<CreditResult<PriceImport>> ImportAsync(
        IEnumerable<ModelPrice> prices, bool dryRun, string? reason, Caller caller, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand(
            "SELECT provider, model, change, before::text, after::text FROM import_prices($1, $2, $3, $4, $5, $6)");
        command.CommandTimeout = MostSeconds;
        command.Parameters.AddRange(new[]
        {
            Json(ToJson(prices)), Parameter(dryRun, NpgsqlDbType.Boolean), Value(reason), Value(caller.Actor), Value(caller.Via),
            Value(caller.RequestId),
        });
        try
        {
            var changes = new List<PriceChange>();
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                changes.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), Rates(reader.TextOrNull(3)),
                    Rates(reader.GetString(4))!));
            }

            await reader.NextResultAsync(cancel);
            return new(new(changes), null);
        }
        catch (PostgresException error) when (CreditRefusal.From(error) is { } refusal)
        {
            return new(null, refusal);
        }
    }

    private static NpgsqlParameter Dollars(decimal? dollars) => Parameter(dollars, NpgsqlDbType.Numeric);

    private static PriceOutcome Read(NpgsqlDataReader row) => new(new()
    {
        Id = row.GetGuid(0),
        Provider = row.TextOrNull(1),
        Model = row.TextOrNull(2),
        Operation = row.TextOrNull(3),
        InputPerMillion = DollarsOrNull(row, 4),
        CachedInputPerMillion = DollarsOrNull(row, 5),
        OutputPerMillion = DollarsOrNull(row, 6),
        PerImage = DollarsOrNull(row, 7),
        PerSecond = DollarsOrNull(row, 8),
        Credits = row.LongOrNull(9),
        EffectiveFrom = row.GetFieldValue<DateTimeOffset>(10),
        EffectiveTo = row.TimeOrNull(11),
        Source = row.GetString(12),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(13),
    }, row.GetBoolean(14));

    private static decimal? DollarsOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDecimal(column);

    private static Dictionary<string, string>? Rates(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(json);

    // Dollars as texts: nothing on the way may take them for doubles.
    private static string ToJson(IEnumerable<ModelPrice> prices) => JsonSerializer.Serialize(prices.Select(price =>
        price.Rates.Named.Where(rate => rate.Dollars is not null)
            .Select(rate => (rate.Name, Text: PlainDecimal.Text(rate.Dollars!.Value)))
            .Append(("provider", price.Provider)).Append(("model", price.Model))
            .ToDictionary(member => member.Item1, member => member.Item2)));
}
