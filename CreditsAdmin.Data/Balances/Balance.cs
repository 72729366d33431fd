namespace CreditsAdmin.Data.Balances;

/// <summary>Somebody's credits. Version moves exactly when the balance moves.</summary>
public sealed class Balance
{
    public Guid UserId { get; init; }

    /// <summary>Free and paid together.</summary>
    public long Available { get; init; }

    /// <summary>Credits that were given; spent first.</summary>
    public long Free { get; init; }

    /// <summary>Credits that were bought.</summary>
    public long Paid { get; init; }

    public long Version { get; init; }
}

internal sealed class Account
{
    public Guid UserId { get; init; }

    public long Free { get; init; }

    public long Paid { get; init; }

    public long Version { get; init; }
}
