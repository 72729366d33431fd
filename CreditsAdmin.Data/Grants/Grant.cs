namespace CreditsAdmin.Data.Grants;

/// <summary>A grant as its user and the front end may see it. Amounts are credits, times UTC.</summary>
public sealed class Grant
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>promotional (a part of the free credits) or paid.</summary>
    public string Category { get; init; } = "";

    /// <summary>sign_up, receipt, manual, refund or adjustment.</summary>
    public string Source { get; init; } = "";

    /// <summary>scheduled, open, expired or voided.</summary>
    public string Status { get; init; } = "";

    /// <summary>What it began with.</summary>
    public long Credits { get; init; }

    /// <summary>What is left of it now.</summary>
    public long Remaining { get; init; }

    /// <summary>Smaller is spent first.</summary>
    public int Priority { get; init; }

    public DateTimeOffset EffectiveAt { get; init; }

    /// <summary>When what is left is lost; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The payment behind it, or null.</summary>
    public Guid? ReceiptId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expired or was voided.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}
