using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Usage;

/// <summary>Which records to list; null means all.</summary>
/// <param name="UserId">Of this user.</param>
/// <param name="Provider">Of exactly this provider.</param>
/// <param name="Model">Of exactly this model.</param>
/// <param name="From">Used then or later.</param>
/// <param name="To">Used before that.</param>
public sealed record UsageFilter(
    Guid? UserId = null, string? Provider = null, string? Model = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>A place in the list of records, which is in the order of the times of use.</summary>
public readonly record struct UsagePlace(DateTimeOffset UsedAt, long Id)
{
    /// <summary>As a text that can be handed out: microseconds since 1970 and the id.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(UsedAt - DateTimeOffset.UnixEpoch).Ticks / 10}-{Id}");

    /// <summary>The place that a text stands for; null when it stands for none.</summary>
    public static UsagePlace? Parse(string text) =>
        text.Split('-') is [var time, var number]
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && microseconds < (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / 10
            ? new(DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10), id)
            : null;
}

/// <summary>What one model earned and cost on some days. Dollars and seconds are exact decimals in plain notation.</summary>
/// <param name="Charged">Dollars that users were billed, or their jobs took.</param>
/// <param name="Cost">Dollars that the provider takes.</param>
/// <param name="Difference">Charged less cost.</param>
public sealed record ModelMargin(
    string Provider, string Model, decimal Records, decimal InputTokens, decimal CachedInputTokens, decimal OutputTokens,
    decimal Images, string Seconds, string Charged, string Cost, string Difference);

/// <summary>Reads what was used.</summary>
public static class UsageQueries
{
    private const string Columns = """
        id AS "Id", user_id AS "UserId", provider AS "Provider", model AS "Model", input_tokens AS "InputTokens",
        cached_input_tokens AS "CachedInputTokens", output_tokens AS "OutputTokens", images AS "Images",
        seconds::text AS "Seconds", used_at AS "UsedAt", recorded_at AS "RecordedAt", job_id AS "JobId",
        billed::text AS "Billed", credits AS "Credits", false AS "Replayed"
        """;

    /// <summary>A page of records, latest use first, as a front end reads them: with what they cost.</summary>
    public static Task<Page<UsageRecord>> ListAsync(
        CreditsDb db, UsageFilter filter, UsagePlace? before, int size, CancellationToken cancel) =>
        ReadAsync(db, $"{Columns}, cost::text AS \"Cost\" FROM credits.usage_records", filter, before, size, cancel);

    /// <summary>The same as a user reads it: their own records, and not what they cost.</summary>
    public static Task<Page<UsageRecord>> ListOwnAsync(
        CreditsDb db, UsageFilter filter, UsagePlace? before, int size, CancellationToken cancel) =>
        ReadAsync(db, $"{Columns}, NULL::text AS \"Cost\" FROM public.usage_records", filter, before, size, cancel);

    /// <summary>What each model earned and cost on these days of use, UTC, both included.</summary>
    public static Task<List<ModelMargin>> MarginsAsync(CreditsDb db, DateOnly from, DateOnly to, CancellationToken cancel) =>
        db.Database.SqlQuery<ModelMargin>($"""
            SELECT provider AS "Provider", model AS "Model", records AS "Records", input_tokens AS "InputTokens",
                cached_input_tokens AS "CachedInputTokens", output_tokens AS "OutputTokens", images AS "Images",
                seconds::text AS "Seconds", charged::text AS "Charged", cost::text AS "Cost", margin::text AS "Difference"
            FROM margins({from}, {to})
            """).ToListAsync(cancel);

    private static async Task<Page<UsageRecord>> ReadAsync(
        CreditsDb db, string what, UsageFilter filter, UsagePlace? before, int size, CancellationToken cancel)
    {
        var values = new List<object>();
        var rules = new List<string>();
        void Add(object? value, string rule)
        {
            if (value is null) return;
            rules.Add($"{rule} {{{values.Count}}}");
            values.Add(value);
        }

        Add(filter.UserId, "user_id =");
        Add(filter.Provider, "provider =");
        Add(filter.Model, "model =");
        Add(filter.From?.ToUniversalTime(), "used_at >=");
        Add(filter.To?.ToUniversalTime(), "used_at <");
        if (before is { } place)
        {
            Add(place.UsedAt, "used_at <=");
            rules.Add($"(used_at, id) < ({{{values.Count - 1}}}, {{{values.Count}}})");
            values.Add(place.Id);
        }

        var where = rules.Count == 0 ? "" : $"WHERE {string.Join(" AND ", rules)}";
        var rows = await db.Database.SqlQuery<UsageRecord>(FormattableStringFactory.Create(
            $"SELECT {what} {where} ORDER BY used_at DESC, id DESC LIMIT {size + 1}", [.. values])).ToListAsync(cancel);
        var more = rows.Count > size;
        if (more) rows.RemoveAt(size);
        return new(rows, HasNewer: before is not null, HasOlder: more);
    }
}
