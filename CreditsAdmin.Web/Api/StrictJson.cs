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

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    /// <summary>The body as a JSON object, or why there is none.</summary>
    public static async Task<(JsonElement Json, ProblemKind? Unreadable)> ReadAsync(
        HttpRequest request, bool required, CancellationToken cancel)
    {
        var buffer = new byte[LongestBody + 1];
        if (request.ContentLength > LongestBody) return (default, CreditProblems.PayloadTooLarge);
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        if (length > LongestBody) return (default, CreditProblems.PayloadTooLarge);
        if (length == 0 && !required) return (Empty, null);
        if (!IsPlainJson(request)) return (default, CreditProblems.UnsupportedMediaType);
        return Parse(buffer.AsMemory(0, length));
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

    private static (JsonElement Json, ProblemKind? Unreadable) Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            var json = document.RootElement;
            return Utf8.IsValid(bytes.Span) && json.ValueKind == JsonValueKind.Object
                ? (json.Clone(), null)
                : (default, CreditProblems.MalformedJson);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (default, CreditProblems.MalformedJson);
        }
    }

    private static bool IsPlainJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.Count == 0;
}
