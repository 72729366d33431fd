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

    public static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
