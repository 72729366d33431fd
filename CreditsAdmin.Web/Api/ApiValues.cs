using System.Globalization;
using System.Text.RegularExpressions;

namespace CreditsAdmin.Web.Api;

/// <summary>Days and exact numbers as they stand in requests: one spelling each, so that nothing is guessed.</summary>
internal static partial class ApiValues
{
    public const string DayForm = "a day from 2000 to 2999, such as 2026-01-31";

    public const string DecimalForm = "a JSON text with a plain decimal, such as \"0.0000025\", or a whole number";

    /// <summary>A day, UTC; null for anything else and for days that no calendar here needs.</summary>
    public static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is >= 2000 and <= 2999
            ? day
            : null;

    /// <summary>A number from 0, without exponent and exact; null for anything else.</summary>
    public static decimal? Decimal(string? text) =>
        text is not null && PlainDecimal().IsMatch(text)
            ? decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
            : null;

    // Twenty-eight digits are what a decimal holds whatever they are.
    [GeneratedRegex(@"^(?=[0-9.]{1,29}\z)[0-9]{1,13}(\.[0-9]{1,15})?\z")]
    private static partial Regex PlainDecimal();
}
