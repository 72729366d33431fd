using CreditsAdmin.Data;
using CreditsAdmin.Data.Receipts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>A payment. Cents are of the currency, credits null until it is verified, times UTC.</summary>
internal sealed record ReceiptBody(
    Guid Id, Guid User, string Provider, string? Reference, long AmountCents, string Currency, string Status,
    long? Credits, DateTime CreatedAt, DateTime? DecidedAt, string? DecisionReason)
{
    public static ReceiptBody Of(Receipt receipt) => new(
        receipt.Id, receipt.UserId, receipt.Provider, receipt.Reference, receipt.AmountCents, receipt.Currency,
        receipt.Status, receipt.Credits, receipt.CreatedAt.UtcDateTime, receipt.DecidedAt?.UtcDateTime,
        receipt.DecisionReason);

    /// <summary>As it was when it was claimed, whatever became of it since.</summary>
    public static ReceiptBody Claimed(Receipt receipt) => Of(receipt) with
    {
        Status = "pending",
        Credits = null,
        DecidedAt = null,
        DecisionReason = null,
    };
}

/// <summary>A page of receipts, newest first.</summary>
internal sealed record ReceiptListBody(IReadOnlyList<ReceiptBody> Data, bool HasMore, string? NextCursor);

/// <summary>Answers with a receipt: 201 for a claim, else 200.</summary>
internal sealed class ReceiptAnswer(int status, ReceiptBody body, bool replayed = false) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        if (status == StatusCodes.Status201Created) headers.Location = $"/v1/receipts/{body.Id}";
        if (replayed) headers["Idempotent-Replayed"] = "true";
        return ApiJson.WriteAsync(httpContext, status, body, ApiJson.Default.ReceiptBody);
    }
}

/// <summary>Claims payments and reads them. Verifying and rejecting stay with staff.</summary>
internal static class ReceiptsApi
{
    /// <summary>What a list of receipts can be narrowed by.</summary>
    public static readonly string[] Filters = ["status", "provider"];

    /// <summary>What the JSON of a claim may have.</summary>
    public static readonly string[] Members = ["user", "provider", "reference", "amount_cents", "currency", "note"];

    public static void MapReceipts(this RouteGroupBuilder v1)
    {
        v1.MapPost("/receipts", ClaimAsync).RequireScope("receipts:write");
        v1.MapGet("/receipts", ListAsync).RequireScope("receipts:read");
        v1.MapGet("/receipts/{id}", FindAsync).RequireScope("receipts:read");
    }

    /// <summary>Claims a payment: users for themselves, whether they say so or not; a front end for the user it
    /// names.</summary>
    public static async Task<Results<ReceiptAnswer, ProblemAnswer>> ClaimAsync(
        HttpContext http, CreditsDatabase database, ReceiptCommands receipts, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, Members, cancel);
        var key = input.IdempotencyKey(http.Request);
        var me = ApiAccess.UserOf(http);
        var user = me is { } self && !input.Has("user") ? self : input.Id("user", ApiIds.User);
        var claim = new ReceiptClaim(
            input.Text("reference"), input.Whole("amount_cents"), input.Text("currency") ?? "USD", input.Text("note"),
            input.Text("provider") ?? "bmc");
        if (input.Problem is { } problem) return problem;
        if (me is not null && user != me)
        {
            return new ProblemAnswer(
                CreditProblems.Of(RefusalCode.Forbidden), "A payment can only be claimed for yourself.");
        }

        var claimed = me is not null
            ? await receipts.ClaimAsync(user, claim, cancel, key)
            : await receipts.ClaimForAsync(user, claim, key, ApiAccess.CallerOf(http), cancel);
        if (!claimed.Done) return ProblemAnswer.Of(claimed.Refusal);
        var made = await database.ReadForAsync(
            http, db => ReceiptQueries.FindAsync(db, claimed.Value.Id, cancel), cancel);
        return new ReceiptAnswer(StatusCodes.Status201Created, ReceiptBody.Claimed(made!), claimed.Value.Replayed);
    }

    /// <summary>A page of this user's receipts, or of everybody's.</summary>
    public static async Task<Results<ListAnswer<ReceiptListBody>, ProblemAnswer>> AnswerAsync(
        HttpContext http, CreditsDatabase database, ListQuery input, Guid? user, CancellationToken cancel)
    {
        var filter = new ReceiptHistoryFilter(
            user, input.OneOf("status", "pending", "verified", "rejected"), input.OneOf("provider", "bmc", "stripe", "manual"));
        var at = input.Ids();
        if (input.Problem is { } problem) return problem;
        var page = await database.ReadForAsync(http, db => ReceiptQueries.HistoryAsync(db, filter, at, cancel), cancel);
        var next = Pages.Next(page, at, receipt => ApiCursor.Of(receipt.Id));
        return new ListAnswer<ReceiptListBody>(
            new([.. page.Items.Select(ReceiptBody.Of)], next is not null, next), next, ApiJson.Default.ReceiptListBody);
    }

    private static Task<Results<ListAnswer<ReceiptListBody>, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new ListQuery(http.Request, ["user", .. Filters]);
        var user = input.OptionalId("user", ApiIds.User) ?? ApiAccess.UserOf(http);
        return AnswerAsync(http, database, input, user, cancel);
    }

    private static async Task<Results<ReceiptAnswer, ProblemAnswer>> FindAsync(
        string id, HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var receipt = ApiIds.Parse(id, ApiIds.Receipt) is { } receiptId
            ? await database.ReadForAsync(http, db => ReceiptQueries.FindAsync(db, receiptId, cancel), cancel)
            : null;
        return receipt is not null
            ? new ReceiptAnswer(StatusCodes.Status200OK, ReceiptBody.Of(receipt))
            : ProblemAnswer.Of(RefusalCode.UnknownReceipt);
    }
}
