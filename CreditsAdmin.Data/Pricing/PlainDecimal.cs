using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace CreditsAdmin.Data.Pricing;

/// <summary>Dollars as texts, exactly: what does not fit is refused, never rounded.</summary>
public static partial class PlainDecimal
{
    private const int MostPlaces = 28;

    /// <summary>The number in a text such as <c>0.04</c>, <c>1.5E-06</c> or <c>-3</c>, times ten to the
    /// <paramref name="power"/>; null when it is no number or none that a decimal holds exactly.</summary>
    public static decimal? Parse(string? text, int power = 0)
    {
        if (text is null || Number().Match(text) is not { Success: true } match) return null;
        var fraction = match.Groups["fraction"].Value;
        var digits = BigInteger.Parse(match.Groups["whole"].Value + fraction, CultureInfo.InvariantCulture);
        var places = fraction.Length - power - (match.Groups["exponent"] is { Success: true } exponent
            ? int.Parse(exponent.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : 0);
        for (; places > 0 && !digits.IsZero && digits % 10 == 0; places--) digits /= 10;
        if (digits.IsZero) return 0;
        if (places is < -MostPlaces or > MostPlaces) return null;
        if (places < 0) (digits, places) = (digits * BigInteger.Pow(10, -places), 0);
        if (digits > (BigInteger)decimal.MaxValue) return null;
        var bits = decimal.GetBits((decimal)digits);
        return new(bits[0], bits[1], bits[2], text.StartsWith('-'), (byte)places);
    }

    /// <summary>Without an exponent and without zeros at the end, such as <c>0.000001</c>.</summary>
    public static string Text(decimal number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    [GeneratedRegex(@"^-?(?<whole>[0-9]{1,60})(\.(?<fraction>[0-9]{1,60}))?([eE](?<exponent>[+-]?[0-9]{1,4}))?\z")]
    private static partial Regex Number();
}
