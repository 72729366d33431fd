using System.Globalization;
using System.Numerics;
using CreditsAdmin.Data.Pricing;
using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>Dollars are read exactly or not at all.</summary>
public class PlainDecimalTests
{
    [Theory]
    [InlineData("0", 6, "0")]
    [InlineData("1e-7", 6, "0.1")]
    [InlineData("1.5E-06", 6, "1.5")]
    [InlineData("2.5e-06", 6, "2.5")]
    [InlineData("0.0000025", 6, "2.5")]
    [InlineData("5.46875e-07", 6, "0.546875")]
    [InlineData("3E+2", 0, "300")]
    [InlineData("0.040000000", 0, "0.04")]
    [InlineData("-3", 0, "-3")]
    [InlineData("0e9999", 0, "0")]
    [InlineData("79228162514264337593543950335", 0, "79228162514264337593543950335")]
    [InlineData("1.2345678901234567890123456e-6", 6, "1.2345678901234567890123456")]
    public void A_number_is_kept_to_its_last_digit(string text, int power, string exact)
    {
        Assert.Equal(exact, PlainDecimal.Text(PlainDecimal.Parse(text, power)!.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,5")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("0x10")]
    [InlineData("1e")]
    [InlineData("1e-30")]
    [InlineData("1e30")]
    [InlineData("1e99999")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("free")]
    public void What_cannot_be_kept_exactly_is_no_number(string text)
    {
        Assert.Null(PlainDecimal.Parse(text));
    }

    [Fact]
    public void Every_spelling_of_a_number_is_that_number()
    {
        var spellings =
            from digits in Gen.Choose(0, int.MaxValue)
            from exponent in Gen.Choose(-18, 4)
            from shift in Gen.Choose(-6, 6)
            from power in Gen.Choose(0, 6)
            select (digits, exponent, shift, power);

        Prop.ForAll(spellings.ToArbitrary(), spelling =>
        {
            var (digits, exponent, shift, power) = spelling;
            var text = $"{Shifted(digits, shift)}e{(exponent - shift).ToString(CultureInfo.InvariantCulture)}";
            var found = PlainDecimal.Parse(text, power);
            Assert.Equal(Shifted(digits, exponent + power), PlainDecimal.Text(found!.Value));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    // digits times ten to the power, written out.
    private static string Shifted(int digits, int power)
    {
        if (power >= 0) return (digits * BigInteger.Pow(10, power)).ToString(CultureInfo.InvariantCulture);
        var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(1 - power, '0');
        return $"{text[..^-power]}.{text[^-power..]}".TrimEnd('0').TrimEnd('.');
    }
}
