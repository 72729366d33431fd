namespace CreditsAdmin.Data.Ledger;

/// <summary>A hash over ledger entries and audit rows and over the seal before it.</summary>
public sealed class Seal
{
    /// <summary>1, 2, 3 …</summary>
    public long Id { get; init; }

    /// <summary>How many ledger entries it covers.</summary>
    public long Entries { get; init; }

    /// <summary>How many rows of the audit log it covers.</summary>
    public long Actions { get; init; }

    public long LastEntryId { get; init; }

    public DateTimeOffset SealedAt { get; init; }

    /// <summary>SHA-256, 32 bytes.</summary>
    public byte[] Hash { get; init; } = [];

    /// <summary>The hash as 64 hexadecimal digits: what to note down elsewhere.</summary>
    public string Head => Convert.ToHexStringLower(Hash);
}
