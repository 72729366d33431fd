using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>What happened to a user's credits. Amounts are credits, times UTC.</summary>
internal sealed record LedgerEntryBody(
    long Id, Guid User, long Seq, string Kind, long Delta, long FreeDelta, long BalanceAfter, long FreeAfter,
    Guid? JobId, Guid? ReceiptId, Guid? GrantId, string? Operation, DateTime CreatedAt,
    long? ReversesId, long? ReversedById);

/// <summary>A page of entries, newest first.</summary>
internal sealed record LedgerBody(IReadOnlyList<LedgerEntryBody> Data, bool HasMore, string? NextCursor);

/// <summary>Reads the ledger.</summary>
internal static class LedgerApi
{
    /// <summary>What a list of entries can be narrowed by.</summary>
    public static readonly string[] Filters = ["kind", "job", "from", "to"];

    private static readonly string[] Kinds =
        ["grant", "purchase", "charge", "refund", "clawback", "expiry", "adjustment"];

    public static void MapLedger(this RouteGroupBuilder v1)
    {
        v1.MapGet("/ledger_entries", ListAsync).RequireScope("ledger:read");
    }

    /// <summary>A page of this user's entries.</summary>
    public static async Task<Results<ListAnswer<LedgerBody>, ProblemAnswer>> AnswerAsync(
        HttpContext http, CreditsDatabase database, ListQuery input, Guid user, CancellationToken cancel)
    {
        var filter = new LedgerHistoryFilter(
            input.OneOf("kind", Kinds), input.OptionalId("job", ApiIds.Job), input.Time("from"), input.Time("to"));
        var at = input.Seqs();
        if (input.Problem is { } problem) return problem;
        var page = await database.ReadForAsync(
            http, db => LedgerHistory.OfUserAsync(db, user, filter, at, cancel), cancel);
        var next = Pages.Next(page, at, entry => ApiCursor.Of(entry.Seq));
        return new ListAnswer<LedgerBody>(
            new([.. page.Items.Select(BodyOf)], next is not null, next), next, ApiJson.Default.LedgerBody);
    }

    private static Task<Results<ListAnswer<LedgerBody>, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new ListQuery(http.Request, ["user", .. Filters]);
        return AnswerAsync(http, database, input, input.Id("user", ApiIds.User), cancel);
    }

    private static LedgerEntryBody BodyOf(LedgerEntry entry) => new(
        entry.Id, entry.UserId, entry.Seq, entry.Kind, entry.Delta, entry.FreeDelta, entry.BalanceAfter,
        entry.FreeAfter, entry.JobId, entry.ReceiptId, entry.GrantId, entry.Operation,
        entry.CreatedAt.UtcDateTime, entry.ReversesId, entry.ReversedById);
}
