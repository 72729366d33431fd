using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CreditsAdmin.Web.Api;

/// <summary>A user's credits. Version moves exactly when they move.</summary>
internal sealed record BalanceBody(Guid User, long Available, long Free, long Paid, long Version);

/// <summary>Answers with a balance, or with 304 to somebody who has it already.</summary>
internal sealed class BalanceAnswer(Balance balance) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var tag = new EntityTagHeaderValue($"\"{balance.Version}\"");
        var headers = httpContext.Response.GetTypedHeaders();
        headers.ETag = tag;
        httpContext.Response.Headers.CacheControl = "private, no-cache";
        httpContext.Response.Headers.Vary = HeaderNames.Authorization;
        if (httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(known =>
            known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var body = new BalanceBody(balance.UserId, balance.Available, balance.Free, balance.Paid, balance.Version);
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.BalanceBody);
    }
}

/// <summary>Reads balances.</summary>
internal static class BalancesApi
{
    public static void MapBalances(this RouteGroupBuilder v1)
    {
        v1.MapGet("/balances/{user}", FindAsync).RequireScope("balances:read");
    }

    private static async Task<Results<BalanceAnswer, ProblemAnswer>> FindAsync(
        string user, HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var balance = ApiIds.Parse(user, ApiIds.User) is { } userId
            ? await database.ReadForAsync(http, db => BalanceQueries.FindAsync(db, userId, cancel), cancel)
            : null;
        return balance is not null ? new BalanceAnswer(balance) : ProblemAnswer.Of(RefusalCode.UnknownUser);
    }
}
