using System.Text.Json.Serialization.Metadata;

namespace CreditsAdmin.Web.Api;

/// <summary>Answers with JSON that nobody keeps for later.</summary>
internal sealed class JsonAnswer<T>(T body, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) : IResult
{
    /// <summary>Where what was made can be read; null when nothing was made.</summary>
    public string? Location { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        if (Location is not null) headers.Location = Location;
        return ApiJson.WriteAsync(httpContext, status, body, type);
    }
}
