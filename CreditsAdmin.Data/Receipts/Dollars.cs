using System.Globalization;

namespace CreditsAdmin.Data.Receipts;

/// <summary>Amounts as people type them.</summary>
public static class Dollars
{
    /// <summary>Cents of <c>5</c>, <c>5.00</c> or <c>$5.00</c>; null for anything else, such as parts of a
    /// cent.</summary>
    public static long? ToCents(string? text) =>
        decimal.TryParse(
            text?.Trim().TrimStart('$'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
        && dollars is >= 0 and <= 1_000_000 && dollars * 100 == Math.Truncate(dollars * 100)
            ? (long)(dollars * 100)
            : null;
}
