using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>What happened to a user's credits. Amounts are credits, times UTC.</summary>
internal sealed record LedgerEntryBody(
    long Id, Guid User, long Seq, string Kind, long Delta, long FreeDelta, long BalanceAfter, long FreeAfter,
    Guid? JobId, Guid? ReceiptId, Guid? GrantId, string? Operation, DateTime CreatedAt,
    long? ReversesId, long? ReversedById);

/// <summary>A page of entries, newest first; <paramref name="NextCursor"/> is the next page's <c>before</c>.</summary>
internal sealed record LedgerBody(IReadOnlyList<LedgerEntryBody> Data, bool HasMore, string? NextCursor);

/// <summary>Answers with a page of entries.</summary>
internal sealed class LedgerAnswer(Page<LedgerEntry> page) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var entries = page.Items.Select(entry => new LedgerEntryBody(
            entry.Id, entry.UserId, entry.Seq, entry.Kind, entry.Delta, entry.FreeDelta, entry.BalanceAfter,
            entry.FreeAfter, entry.JobId, entry.ReceiptId, entry.GrantId, entry.Operation,
            entry.CreatedAt.UtcDateTime, entry.ReversesId, entry.ReversedById)).ToList();
        var next = page.HasOlder ? entries[^1].Seq.ToString(CultureInfo.InvariantCulture) : null;
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, new(entries, page.HasOlder, next),
            ApiJson.Default.LedgerBody);
    }
}

/// <summary>Reads the ledger.</summary>
internal static class LedgerApi
{
    private const int LargestPage = 200;

    public static void MapLedger(this RouteGroupBuilder v1)
    {
        v1.MapGet("/ledger_entries", ListAsync).RequireScope("ledger:read");
    }

    private static async Task<Results<LedgerAnswer, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new RequestQuery(http.Request, "user", "limit", "before");
        var user = input.Id("user", ApiIds.User);
        var limit = input.Number("limit", LargestPage, "limit must be a whole number from 1 to 200.") ?? 50;
        var before = input.Number("before", long.MaxValue, "before must be the next_cursor of an earlier page.");
        if (input.Problem is { } problem) return problem;
        var at = new Keyset<long>(Before: before, Size: (int)limit);
        return new LedgerAnswer(await database.ReadForAsync(
            http, db => LedgerQueries.HistoryAsync(db, user, at, cancel), cancel));
    }
}
