namespace CreditsAdmin.Data.Ledger;

/// <summary>What happened to a user's credits, as the user and the front end may see it: no actor, no internal
/// reason.</summary>
public sealed class LedgerEntry
{
    public long Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>1, 2, 3 … for each user, without gaps.</summary>
    public long Seq { get; init; }

    /// <summary>grant, purchase, charge, refund, clawback, expiry or adjustment.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Credits, free and paid together; negative when they were spent.</summary>
    public long Delta { get; init; }

    /// <summary>The part of <see cref="Delta"/> that moved free credits.</summary>
    public long FreeDelta { get; init; }

    /// <summary>Free and paid together, after this entry.</summary>
    public long BalanceAfter { get; init; }

    public long FreeAfter { get; init; }

    public Guid? JobId { get; init; }

    public Guid? ReceiptId { get; init; }

    public Guid? GrantId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The job's operation, such as <c>image</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>Why a grant was made: sign_up, receipt, manual or adjustment.</summary>
    public string? GrantSource { get; init; }

    /// <summary>The entry that this one undoes.</summary>
    public long? ReversesId { get; init; }

    /// <summary>The entry that undid this one.</summary>
    public long? ReversedById { get; init; }
}

internal sealed class EntryRecord
{
    public long Id { get; init; }

    public Guid UserId { get; init; }

    public long Seq { get; init; }

    public string Kind { get; init; } = "";

    public long Delta { get; init; }

    public long FreeDelta { get; init; }

    public long BalanceAfter { get; init; }

    public Guid? JobId { get; init; }

    public string Actor { get; init; } = "";

    public string? Operation { get; init; }

    public string? Reason { get; init; }

    public Guid? AdjustmentId { get; init; }

    public long? ReversesId { get; init; }

    public long? ReversedById { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
