using CreditsAdmin.Data;
using CreditsAdmin.Data.Usage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>Records what models were used for, lists it, and says what they earn.</summary>
internal static class UsageApi
{
    private const int LargestPage = 200;
    private const int LongestName = 200;

    /// <summary>What the JSON of a record may have.</summary>
    public static readonly string[] Members =
    [
        "user", "provider", "model", "input_tokens", "cached_input_tokens", "output_tokens", "images", "seconds", "used_at",
        "job",
    ];

    public static void MapUsage(this RouteGroupBuilder v1)
    {
        v1.MapPost("/usage_records", RecordAsync).RequireScope("usage:write");
        v1.MapPost("/usage_records/batch", UsageBatches.RecordAsync).RequireScope("usage:write");
        v1.MapGet("/usage_records", ListAsync).RequireScope("usage:read");
        v1.MapGet("/margins", MarginsAsync).RequireScope("usage:read");
    }

    /// <summary>What a record's JSON says; nothing while the input has a problem.</summary>
    public static UsageRequest Read(RequestBody input, string? idempotencyKey) => new(
        input.Id("user", ApiIds.User), input.Text("provider"), input.Text("model"), idempotencyKey,
        input.Whole("input_tokens"), input.Whole("output_tokens"), input.Whole("cached_input_tokens"), input.Whole("images"),
        input.Decimal("seconds"), input.Time("used_at"), input.OptionalId("job", ApiIds.Job));

    private static async Task<Results<UsageRecordAnswer, ProblemAnswer>> RecordAsync(
        HttpContext http, UsageCommands usage, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, Members, cancel);
        var request = Read(input, input.IdempotencyKey(http.Request));
        if (input.Problem is { } problem) return problem;
        var recorded = await usage.RecordAsync(request, ApiAccess.CallerOf(http), cancel);
        return recorded.Done ? new UsageRecordAnswer(recorded.Value) : ProblemAnswer.Of(recorded.Refusal);
    }

    private static async Task<Results<UsageListAnswer, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new RequestQuery(http.Request, "user", "provider", "model", "from", "to", "limit", "before");
        var filter = new UsageFilter(
            input.OptionalId("user", ApiIds.User), input.Text("provider", LongestName), input.Text("model", LongestName),
            input.Time("from"), input.Time("to"));
        var limit = input.Number("limit", LargestPage, "limit must be a whole number from 1 to 200.") ?? 50;
        var before = input.Parsed("before", UsagePlace.Parse, "before must be the next_cursor of an earlier page.");
        if (input.Problem is { } problem) return problem;
        return new UsageListAnswer(await database.ReadForAsync(http, db => ApiAccess.UserOf(http) is null
            ? UsageQueries.ListAsync(db, filter, before, (int)limit, cancel)
            : UsageQueries.ListOwnAsync(db, filter, before, (int)limit, cancel), cancel));
    }

    private static async Task<Results<MarginsAnswer, ProblemAnswer>> MarginsAsync(
        HttpContext http, CreditsDatabase database, TimeProvider clock, CancellationToken cancel)
    {
        if (ApiAccess.UserOf(http) is not null)
        {
            return new ProblemAnswer(CreditProblems.Of(RefusalCode.Forbidden), "Margins are not for users.");
        }

        var input = new RequestQuery(http.Request, "from", "to");
        var to = input.Parsed("to", ApiValues.Day, $"to must be {ApiValues.DayForm}.")
            ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var from = input.Parsed("from", ApiValues.Day, $"from must be {ApiValues.DayForm}.") ?? to.AddDays(-29);
        if (input.Problem is { } problem) return problem;
        return new MarginsAnswer(
            from, to, await database.ReadAsync(db => UsageQueries.MarginsAsync(db, from, to, cancel)));
    }
}
