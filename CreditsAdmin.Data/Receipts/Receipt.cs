namespace CreditsAdmin.Data.Receipts;

/// <summary>A payment as its user may see it. Amounts are cents of <see cref="Currency"/>, times UTC.</summary>
public sealed class Receipt
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>bmc (Buy Me a Coffee), stripe or manual.</summary>
    public string Provider { get; init; } = "";

    /// <summary>As it was typed; null for a payment without one.</summary>
    public string? Reference { get; init; }

    public long AmountCents { get; init; }

    public string Currency { get; init; } = "";

    /// <summary>pending, verified or rejected.</summary>
    public string Status { get; init; } = "";

    /// <summary>What was credited; null until it is verified.</summary>
    public long? Credits { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why it was rejected.</summary>
    public string? DecisionReason { get; init; }
}

internal sealed class ReceiptRecord
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string Provider { get; init; } = "";

    public string? Reference { get; init; }

    public string? ReferenceKey { get; init; }

    public long AmountCents { get; init; }

    public string Currency { get; init; } = "";

    public string Status { get; init; } = "";

    public long? Credits { get; init; }

    public string? Note { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public string? DecisionReason { get; init; }
}
