using System.Text.Json;
using System.Text.Json.Serialization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Usage;

namespace CreditsAdmin.Web.Api;

/// <summary>What became of one record of a batch: the status and body that it would have had alone.</summary>
internal sealed record UsageBatchResult(int Status)
{
    /// <summary>True when an earlier request had recorded it already; missing when it was not recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Replayed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageRecordBody? Record { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemBody? Problem { get; init; }
}

/// <summary>The results in the order of the records that were sent.</summary>
internal sealed record UsageBatchBody(IReadOnlyList<UsageBatchResult> Results);

/// <summary>Records 1 to 1000 uses in one request. Each has its key in its own idempotency_key; a header would be one key for
/// all of them, and is refused. A record that is refused keeps no other one back.</summary>
internal static class UsageBatches
{
    private const int LongestBody = 2 * 1024 * 1024;

    private static readonly string[] Members = [.. UsageApi.Members, "idempotency_key"];

    public static async Task<IResult> RecordAsync(HttpContext http, UsageCommands usage, CancellationToken cancel)
    {
        if (http.Request.Headers.ContainsKey("Idempotency-Key"))
        {
            return new ProblemAnswer(CreditProblems.Of(RefusalCode.InvalidIdempotencyKey),
                "A batch takes no Idempotency-Key header: each of its records has an idempotency_key.");
        }

        var (json, unreadable) = await StrictJson.ReadAsync(http.Request, required: true, cancel, LongestBody, wrapped: 2);
        if (unreadable is not null) return new ProblemAnswer(unreadable);
        if (RecordsOf(json) is not { } sent)
        {
            return new ProblemAnswer(CreditProblems.Of(RefusalCode.InvalidInput),
                $"A batch is an object with nothing but records, a list of 1 to {UsageCommands.MostRecords} of them.");
        }

        RequestBody[] inputs = [.. sent.EnumerateArray().Select(record => RequestBody.Of(record, Members))];
        var requests = Array.ConvertAll(inputs, input => UsageApi.Read(input, input.IdempotencyKey("idempotency_key")));
        var results = Array.ConvertAll(inputs, input => input.Problem is { } problem ? Refused(http, problem) : null!);
        var sound = Enumerable.Range(0, requests.Length).Where(i => results[i] is null).ToArray();
        if (sound.Length > 0)
        {
            var recorded = await usage.RecordManyAsync(
                [.. sound.Select(i => requests[i])], ApiAccess.CallerOf(http), cancel);
            for (var i = 0; i < sound.Length; i++) results[sound[i]] = ResultOf(http, recorded[i]);
        }

        return new UsageBatchAnswer(new(results));
    }

    // Nothing but the name is looked at: what is in the records is checked record by record.
    private static JsonElement? RecordsOf(JsonElement json) =>
        json.GetPropertyCount() == 1 && json.TryGetProperty("records", out var records)
        && records.ValueKind == JsonValueKind.Array && records.GetArrayLength() is >= 1 and <= UsageCommands.MostRecords
            ? records
            : null;

    private static UsageBatchResult ResultOf(HttpContext http, CreditResult<UsageRecord> result) => result.Done
        ? new(StatusCodes.Status201Created) { Replayed = result.Value.Replayed, Record = UsageRecordBody.Of(result.Value) }
        : Refused(http, ProblemAnswer.Of(result.Refusal));

    private static UsageBatchResult Refused(HttpContext http, ProblemAnswer problem)
    {
        var body = problem.BodyFor(http);
        return new(body.Status) { Problem = body };
    }

    private sealed class UsageBatchAnswer(UsageBatchBody body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.UsageBatchBody);
        }
    }
}
