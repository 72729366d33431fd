using CreditsAdmin.Data;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>The user who asks. Times are UTC.</summary>
internal sealed record MeBody(Guid User, string? Email, string? Name, DateTime CreatedAt);

/// <summary>Answers a user with who they are.</summary>
internal sealed class MeAnswer(Me me) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var body = new MeBody(me.Id, me.Email, me.Name, me.CreatedAt.UtcDateTime);
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.MeBody);
    }
}

/// <summary>What a user's own token shows of its user, and nothing of anybody else: row-level security decides.</summary>
internal static class MeApi
{
    public static void MapMe(this RouteGroupBuilder v1)
    {
        var me = v1.MapGroup("/me");
        me.MapGet("", FindAsync).RequireUser();
        me.MapGet("/balance", BalanceAsync).RequireUser();
        me.MapGet("/jobs", JobsAsync).RequireUser();
        me.MapGet("/ledger_entries", LedgerAsync).RequireUser();
        me.MapGet("/grants", GrantsAsync).RequireUser();
        me.MapGet("/receipts", ReceiptsAsync).RequireUser();
        me.MapPost("/receipts", ReceiptsApi.ClaimAsync).RequireUser();
    }

    private static async Task<Results<MeAnswer, ProblemAnswer>> FindAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var me = await database.ReadForAsync(http, db => UserQueries.FindMeAsync(db, cancel), cancel);
        return me is not null ? new MeAnswer(me) : ProblemAnswer.Of(RefusalCode.UnknownUser);
    }

    private static Task<Results<BalanceAnswer, ProblemAnswer>> BalanceAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel) =>
        BalancesApi.AnswerAsync(http, database, ApiAccess.UserOf(http), cancel);

    private static Task<Results<ListAnswer<JobListBody>, ProblemAnswer>> JobsAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel) =>
        JobLists.AnswerAsync(http, database, new(http.Request, JobLists.Filters), ApiAccess.UserOf(http), cancel);

    private static Task<Results<ListAnswer<LedgerBody>, ProblemAnswer>> LedgerAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel) =>
        LedgerApi.AnswerAsync(
            http, database, new(http.Request, LedgerApi.Filters), ApiAccess.UserOf(http)!.Value, cancel);

    private static Task<Results<ListAnswer<GrantListBody>, ProblemAnswer>> GrantsAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel) =>
        GrantsApi.AnswerAsync(http, database, new(http.Request), ApiAccess.UserOf(http)!.Value, cancel);

    private static Task<Results<ListAnswer<ReceiptListBody>, ProblemAnswer>> ReceiptsAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel) =>
        ReceiptsApi.AnswerAsync(
            http, database, new(http.Request, ReceiptsApi.Filters), ApiAccess.UserOf(http), cancel);
}
