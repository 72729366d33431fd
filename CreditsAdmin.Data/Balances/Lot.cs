namespace CreditsAdmin.Data.Balances;

/// <summary>A lot of credits as it was at one moment. Amounts are credits, times UTC.</summary>
/// <param name="Id">The grant; null for credits that came back after their grant was closed.</param>
/// <param name="Category">promotional (a part of the free credits) or paid.</param>
/// <param name="Source">sign_up, receipt, manual, refund or adjustment.</param>
/// <param name="Priority">Smaller is spent first.</param>
/// <param name="EffectiveAt">When it begins to count.</param>
/// <param name="ExpiresAt">When what is left is lost; null for never.</param>
/// <param name="Credits">What it began with.</param>
/// <param name="Remaining">What was left. Open lots of a category sum up to its part of the balance.</param>
/// <param name="Status">scheduled, open, expired or voided.</param>
/// <param name="Position">Its place in the order in which credits are spent; null when it is not open.</param>
public sealed record Lot(
    Guid? Id, string Category, string Source, int? Priority, DateTimeOffset? EffectiveAt, DateTimeOffset? ExpiresAt,
    long Credits, long Remaining, string Status, long? Position);
