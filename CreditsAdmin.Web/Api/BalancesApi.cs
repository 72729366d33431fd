using System.Text.Json.Serialization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CreditsAdmin.Web.Api;

/// <summary>Credits that will be lost, and when (UTC), unless they are spent before.</summary>
internal sealed record NextExpiryBody(DateTime At, long Credits);

/// <summary>A user's credits. Version moves exactly when they move.</summary>
internal sealed record BalanceBody(Guid User, long Available, long Free, long Paid, long Version)
{
    /// <summary>What open jobs cost: spent already, and back again unless they are completed. Null for the past.</summary>
    public long? Held { get; init; }

    /// <summary>What is lost next; null when nothing will be.</summary>
    public NextExpiryBody? NextExpiry { get; init; }

    /// <summary>The moment of the past that was asked for; missing for now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? AsOf { get; init; }
}

/// <summary>Answers with a balance, or with 304 to somebody who has it already. The past has no tag.</summary>
internal sealed class BalanceAnswer(BalanceState balance, DateTimeOffset? asOf = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "private, no-cache";
        httpContext.Response.Headers.Vary = HeaderNames.Authorization;
        if (asOf is null && IsKnown(httpContext, TagOf(balance)))
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var body = new BalanceBody(balance.UserId, balance.Available, balance.Free, balance.Paid, balance.Version)
        {
            Held = balance.Held,
            NextExpiry = balance.NextExpiry is { } next ? new(next.At.UtcDateTime, next.Credits) : null,
            AsOf = asOf?.UtcDateTime,
        };
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.BalanceBody);
    }

    /// <summary>The version that an If-Match names, so that a change is made to this balance or not at all: null when there
    /// is none or any will do, and a version that no balance has for a tag that is not one of ours.</summary>
    public static long? ExpectedVersion(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0) return null;
        if (request.GetTypedHeaders().IfMatch is not [var tag]) return -1;
        if (tag.Equals(EntityTagHeaderValue.Any)) return null;
        var version = tag.Tag.AsSpan().Trim('"');
        var end = version.IndexOf('-');
        return !tag.IsWeak && long.TryParse(end < 0 ? version : version[..end], out var number) ? number : -1;
    }

    private static bool IsKnown(HttpContext http, EntityTagHeaderValue tag)
    {
        http.Response.GetTypedHeaders().ETag = tag;
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known =>
            known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }

    // A job that costs all it was charged ends without a movement: what is held changes and the version does not.
    private static EntityTagHeaderValue TagOf(BalanceState balance) => new(balance.NextExpiry is { } next
        ? $"\"{balance.Version}-{balance.Held}-{next.Credits}-{next.At.UtcTicks}\""
        : $"\"{balance.Version}-{balance.Held}\"");
}

/// <summary>Reads balances.</summary>
internal static class BalancesApi
{
    public static void MapBalances(this RouteGroupBuilder v1)
    {
        v1.MapGet("/balances/{user}", FindAsync).RequireScope("balances:read");
    }

    /// <summary>The balance of this user, now or at the query's <c>as_of</c>.</summary>
    public static async Task<Results<BalanceAnswer, ProblemAnswer>> AnswerAsync(
        HttpContext http, CreditsDatabase database, Guid? user, CancellationToken cancel)
    {
        var input = new RequestQuery(http.Request, "as_of");
        var asOf = input.Past("as_of");
        if (input.Problem is { } problem) return problem;
        if (user is not { } userId) return ProblemAnswer.Of(RefusalCode.UnknownUser);
        var balance = await database.ReadForAsync(http, db => asOf is { } moment
            ? BalanceQueries.FindStateAsync(db, userId, moment, cancel)
            : BalanceQueries.FindStateAsync(db, userId, cancel), cancel);
        return balance is not null ? new BalanceAnswer(balance, asOf) : ProblemAnswer.Of(RefusalCode.UnknownUser);
    }

    private static Task<Results<BalanceAnswer, ProblemAnswer>> FindAsync(
        string user, HttpContext http, CreditsDatabase database, CancellationToken cancel) =>
        AnswerAsync(http, database, ApiIds.Parse(user, ApiIds.User), cancel);
}
