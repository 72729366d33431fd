using System.Globalization;

namespace CreditsAdmin.Web.Api;

/// <summary>Moments as front ends send them.</summary>
internal static class ApiTimes
{
    public const string Rule = "must be a time of ISO 8601 with its zone, such as 2026-01-31T12:00:00Z.";

    private static readonly string[] Forms =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>The moment in UTC; null when the text is none, names no zone or is finer than a microsecond.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        text is { Length: >= 17 and <= 32 } && (text[^1] == 'Z' || text[^3] == ':' && text[^6] is '+' or '-')
        && DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && time.UtcDateTime.Year is >= 1970 and <= 2999
            ? time.ToUniversalTime()
            : null;
}
