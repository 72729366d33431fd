using System.Text.Json.Serialization.Metadata;
using CreditsAdmin.Data;
using Microsoft.AspNetCore.WebUtilities;

namespace CreditsAdmin.Web.Api;

/// <summary>Answers with a page of a list. The header <c>Link</c> has the address of the next one.</summary>
internal sealed class ListAnswer<TBody>(TBody body, string? nextCursor, JsonTypeInfo<TBody> type) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        if (nextCursor is not null) headers.Link = $"<{Next(httpContext.Request)}>; rel=\"next\"";
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, type);
    }

    private string Next(HttpRequest request)
    {
        var turn = request.Query.ContainsKey("after") ? "after" : "before";
        var rest = request.Query.Where(one => one.Key != turn);
        return QueryHelpers.AddQueryString(
            QueryHelpers.AddQueryString(request.Path, rest), turn, nextCursor!);
    }
}

/// <summary>What every list needs to turn its pages.</summary>
internal static class Pages
{
    /// <summary>The cursor of the page that follows in the direction that was asked for; null when there is none. Send it
    /// as what was sent: <c>after</c> after an <c>after</c>, else <c>before</c>.</summary>
    public static string? Next<T, TKey>(Page<T> page, Keyset<TKey> at, Func<T, string> cursor)
        where TKey : struct =>
        at.After is not null
            ? page.HasNewer ? cursor(page.Items[0]) : null
            : page.HasOlder ? cursor(page.Items[^1]) : null;
}
