using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace CreditsAdmin.Web.Api;

/// <summary>Something in a JSON object that cannot be stored.</summary>
/// <param name="Member">The object's member that it is in.</param>
/// <param name="Detail">A sentence.</param>
internal readonly record struct JsonFault(string Member, string Detail);

/// <summary>Reads JSON that can mean one thing only: bounded in size and depth, no name twice, no text that is not
/// Unicode, no number that is not one.</summary>
internal static class StrictJson
{
    private const int LongestBody = 64 * 1024;
    private const int Deepest = 32;

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    /// <summary>The body as a JSON object, or why there is none. What wraps other bodies may be longer, and has them
    /// <paramref name="wrapped"/> levels further down.</summary>
    public static async Task<(JsonElement Json, ProblemKind? Unreadable)> ReadAsync(
        HttpRequest request, bool required, CancellationToken cancel, int longest = LongestBody, int wrapped = 0)
    {
        if (request.ContentLength > longest) return (default, CreditProblems.PayloadTooLarge);
        // One byte more than may come, so that too much is noticed.
        var room = (int)(request.ContentLength ?? longest) + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, room), room, throwOnEndOfStream: false, cancel);
            if (length > longest) return (default, CreditProblems.PayloadTooLarge);
            if (length == 0 && !required) return (Empty, null);
            return IsPlainJson(request)
                ? Parse(buffer.AsSpan(0, length), Deepest + wrapped)
                : (default, CreditProblems.UnsupportedMediaType);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The first text or number that the database could not keep as it is; null when there is none.</summary>
    public static JsonFault? FindFault(JsonElement json)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json));
        var member = "";
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
            {
                var text = TextOf(ref reader);
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1) member = text ?? "";
                if (text is null || text.Contains('\0'))
                {
                    return new(member, $"A text in {member} contains NUL (U+0000) or half of a surrogate pair.");
                }
            }
            else if (reader.TokenType == JsonTokenType.Number
                && !(reader.TryGetDouble(out var number) && double.IsFinite(number)))
            {
                return new(member, $"A number in {member} is too large.");
            }
        }

        return null;
    }

    // An escape may stand for half a character, which the reader does not turn into text.
    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static (JsonElement Json, ProblemKind? Unreadable) Parse(ReadOnlySpan<byte> bytes, int deepest)
    {
        try
        {
            var json = JsonElement.Parse(bytes, new() { AllowDuplicateProperties = false, MaxDepth = deepest });
            return Utf8.IsValid(bytes) && json.ValueKind == JsonValueKind.Object
                ? (json, null)
                : (default, CreditProblems.MalformedJson);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (default, CreditProblems.MalformedJson);
        }
    }

    private static bool IsPlainJson(HttpRequest request) =>
        (request.ContentType == "application/json" || IsJsonInUtf8(request.ContentType))
        && request.Headers.ContentEncoding.Count == 0;

    private static bool IsJsonInUtf8(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));
}
