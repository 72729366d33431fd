using System.Globalization;
using System.Text.Json;

namespace CreditsAdmin.Data.Balances;

/// <summary>Credits that will be lost.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Credits">How many, unless they are spent before.</param>
public sealed record NextExpiry(DateTimeOffset At, long Credits);

/// <summary>A balance with what is known about its future. Amounts are credits.</summary>
/// <param name="Available">Free and paid together.</param>
/// <param name="Free">Credits that were given.</param>
/// <param name="Paid">Credits that were bought.</param>
/// <param name="Version">The seq of the last ledger entry: it moves exactly when the balance moves.</param>
/// <param name="Held">What open jobs cost: spent already, and back again unless they are completed. Null for a moment of the
/// past, of which it is not known.</param>
public sealed record BalanceState(Guid UserId, long Available, long Free, long Paid, long Version, long? Held)
{
    /// <summary>When credits are lost next; null when none will be.</summary>
    public NextExpiry? NextExpiry { get; init; }

    internal static BalanceState Of(BalanceRow row) =>
        new(row.UserId, row.Available, row.Free, row.Paid, row.Version, row.Held) { NextExpiry = ReadExpiry(row.NextExpiry) };

    private static NextExpiry? ReadExpiry(string? json)
    {
        if (json is null) return null;
        var expiry = JsonElement.Parse(json);
        var at = DateTimeOffset.Parse(expiry.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);
        return new(at.ToUniversalTime(), expiry.GetProperty("credits").GetInt64());
    }
}

internal sealed record BalanceRow(
    Guid UserId, long Available, long Free, long Paid, long Version, long? Held, string? NextExpiry);
