using CreditsAdmin.Data;
using CreditsAdmin.Data.Grants;
using CreditsAdmin.Data.Ledger;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>Grants credits, ends grants and reads them.</summary>
internal static class GrantsApi
{
    /// <summary>What the JSON of a grant may have.</summary>
    public static readonly string[] Members =
        ["user", "credits", "category", "reason", "priority", "effective_at", "expires_at"];

    public static void MapGrants(this RouteGroupBuilder v1)
    {
        v1.MapPost("/grants", GrantAsync).RequireScope("grants:write");
        v1.MapPost("/grants/{id}/void", VoidAsync).RequireScope("grants:write");
        // A balance consists of its grants: whoever sees the one sees the others.
        v1.MapGet("/grants/{id}", FindAsync).RequireScope("balances:read");
        v1.MapGet("/grants", ListAsync).RequireScope("balances:read");
    }

    /// <summary>A page of this user's grants.</summary>
    public static async Task<Results<ListAnswer<GrantListBody>, ProblemAnswer>> AnswerAsync(
        HttpContext http, CreditsDatabase database, ListQuery input, Guid user, CancellationToken cancel)
    {
        var at = input.Ids();
        if (input.Problem is { } problem) return problem;
        var page = await database.ReadForAsync(http, db => GrantQueries.ListAsync(db, user, at, cancel), cancel);
        var next = Pages.Next(page, at, grant => ApiCursor.Of(grant.Id));
        return new ListAnswer<GrantListBody>(
            new([.. page.Items.Select(GrantBody.Of)], next is not null, next), next, ApiJson.Default.GrantListBody);
    }

    private static async Task<Results<MadeGrantAnswer, ProblemAnswer>> GrantAsync(
        HttpContext http, LedgerCommands ledger, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, Members, cancel);
        var request = new GrantRequest(
            input.Id("user", ApiIds.User), input.Whole("credits"), input.Text("category"), input.Text("reason"),
            input.IdempotencyKey(http.Request), input.Time("expires_at"), input.Time("effective_at"), Priority(input),
            BalanceAnswer.ExpectedVersion(http.Request));
        if (input.Problem is { } problem) return problem;
        var granted = await ledger.GrantAsync(request, ApiAccess.CallerOf(http), cancel);
        return granted.Done ? new MadeGrantAnswer(granted.Value) : ProblemAnswer.Of(granted.Refusal);
    }

    private static async Task<Results<VoidedGrantAnswer, ProblemAnswer>> VoidAsync(
        string id, HttpContext http, LedgerCommands ledger, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, ["reason"], cancel);
        var key = input.IdempotencyKey(http.Request);
        var reason = input.Text("reason");
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.Grant) is not { } grantId) return ProblemAnswer.Of(RefusalCode.UnknownGrant);
        var voided = await ledger.VoidAsync(grantId, reason, key, ApiAccess.CallerOf(http), cancel);
        return voided.Done ? new VoidedGrantAnswer(voided.Value) : ProblemAnswer.Of(voided.Refusal);
    }

    private static async Task<Results<GrantAnswer, ProblemAnswer>> FindAsync(
        string id, HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var grant = ApiIds.Parse(id, ApiIds.Grant) is { } grantId
            ? await database.ReadForAsync(http, db => GrantQueries.FindAsync(db, grantId, cancel), cancel)
            : null;
        return grant is not null ? new GrantAnswer(GrantBody.Of(grant)) : ProblemAnswer.Of(RefusalCode.UnknownGrant);
    }

    private static Task<Results<ListAnswer<GrantListBody>, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new ListQuery(http.Request, "user");
        return AnswerAsync(http, database, input, input.Id("user", ApiIds.User), cancel);
    }

    // What is no priority becomes one that the database refuses.
    private static int? Priority(RequestBody input) =>
        input.Whole("priority") is { } priority ? (int)Math.Clamp(priority, -1, int.MaxValue) : null;
}
