using System.Globalization;
using System.Text.Json.Serialization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Usage;

namespace CreditsAdmin.Web.Api;

/// <summary>A record of usage. Cost (what the provider takes) and billed (what the user owes for it) are exact dollars and
/// seconds exact seconds: JSON texts with plain decimals, such as "0.0000025". Credits are the whole ones that were charged
/// with it. Times are UTC.</summary>
internal sealed record UsageRecordBody(
    long Id, Guid User, string Provider, string Model, long InputTokens, long CachedInputTokens, long OutputTokens, long Images,
    string Seconds, DateTime UsedAt, DateTime RecordedAt, Guid? JobId, string Billed, long Credits)
{
    /// <summary>Missing for users: they see what they pay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cost { get; init; }

    public static UsageRecordBody Of(UsageRecord record) => new(
        record.Id, record.UserId, record.Provider, record.Model, record.InputTokens, record.CachedInputTokens,
        record.OutputTokens, record.Images, record.Seconds, record.UsedAt.UtcDateTime, record.RecordedAt.UtcDateTime,
        record.JobId, record.Billed, record.Credits)
    { Cost = record.Cost };
}

/// <summary>A page of records, latest use first; <paramref name="NextCursor"/> is the next page's <c>before</c>.</summary>
internal sealed record UsageListBody(IReadOnlyList<UsageRecordBody> Data, bool HasMore, string? NextCursor);

/// <summary>What a model earned and cost. Dollars and seconds are exact JSON texts; the difference may be negative.</summary>
internal sealed record MarginBody(
    string Provider, string Model, decimal Records, decimal InputTokens, decimal CachedInputTokens, decimal OutputTokens,
    decimal Images, string Seconds, string Charged, string Cost, string Difference);

/// <summary>The margins of these days, UTC, both included.</summary>
internal sealed record MarginsBody(DateOnly From, DateOnly To, IReadOnlyList<MarginBody> Data);

/// <summary>Answers with a record that was made now or, as a replay, before: with the same status and body.</summary>
internal sealed class UsageRecordAnswer(UsageRecord record) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers["Credits-Charged"] = record.Credits.ToString(CultureInfo.InvariantCulture);
        if (record.Replayed) headers["Idempotent-Replayed"] = "true";
        return ApiJson.WriteAsync(
            httpContext, StatusCodes.Status201Created, UsageRecordBody.Of(record), ApiJson.Default.UsageRecordBody);
    }
}

/// <summary>Answers with a page of records.</summary>
internal sealed class UsageListAnswer(Page<UsageRecord> page) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var next = page.HasOlder ? new UsagePlace(page.Items[^1].UsedAt, page.Items[^1].Id).ToString() : null;
        return ApiJson.WriteAsync(
            httpContext, StatusCodes.Status200OK, new([.. page.Items.Select(UsageRecordBody.Of)], page.HasOlder, next),
            ApiJson.Default.UsageListBody);
    }
}

/// <summary>Answers with margins.</summary>
internal sealed class MarginsAnswer(DateOnly from, DateOnly to, IEnumerable<ModelMargin> margins) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var data = margins.Select(margin => new MarginBody(
            margin.Provider, margin.Model, margin.Records, margin.InputTokens, margin.CachedInputTokens, margin.OutputTokens,
            margin.Images, margin.Seconds, margin.Charged, margin.Cost, margin.Difference));
        return ApiJson.WriteAsync(
            httpContext, StatusCodes.Status200OK, new(from, to, [.. data]), ApiJson.Default.MarginsBody);
    }
}
