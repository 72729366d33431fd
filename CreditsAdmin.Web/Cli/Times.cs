using System.CommandLine.Parsing;
using System.Globalization;

namespace CreditsAdmin.Web.Cli;

/// <summary>Moments as they are typed and printed: UTC unless a zone is named.</summary>
internal static class Times
{
    public static DateTimeOffset? Parse(ArgumentResult argument)
    {
        var typed = argument.Tokens.Single().Value;
        if (DateTimeOffset.TryParse(typed, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        argument.AddError($"'{typed}' is not a moment, such as 2026-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>A time span such as 90s, 30m, 24h or 7d.</summary>
    public static TimeSpan? ParseSpan(ArgumentResult argument)
    {
        var typed = argument.Tokens.Single().Value;
        if (typed.Length is >= 2 and <= 7
            && int.TryParse(typed[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            if (typed[^1] == 's') return TimeSpan.FromSeconds(number);
            if (typed[^1] == 'm') return TimeSpan.FromMinutes(number);
            if (typed[^1] == 'h') return TimeSpan.FromHours(number);
            if (typed[^1] == 'd') return TimeSpan.FromDays(number);
        }

        argument.AddError($"'{typed}' is not a time span, such as 30m, 24h or 7d.");
        return null;
    }

    public static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
