namespace CreditsAdmin.Data.Jobs;

/// <summary>A job as its user and the front end may see it. Amounts are credits, times UTC.</summary>
public sealed class Job
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string Operation { get; init; } = "";

    /// <summary>pending, processing, completed, failed or expired.</summary>
    public string Status { get; init; } = "";

    public long Cost { get; init; }

    /// <summary>The part of <see cref="Cost"/> that free credits paid.</summary>
    public long FreeCost { get; init; }

    /// <summary>Given back: the job failed, cost less than was charged, or staff refunded them.</summary>
    public long Refunded { get; init; }

    /// <summary>The front end's own JSON object.</summary>
    public string Metadata { get; init; } = "{}";

    public string? Error { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires unless it is finished by then.</summary>
    public DateTimeOffset Deadline { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The seq of its charge in the user's ledger.</summary>
    public long ChargeSeq { get; init; }
}

internal sealed class JobRecord
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public string Operation { get; init; } = "";

    public string Status { get; init; } = "";

    public long Cost { get; init; }

    public long FreeCost { get; init; }

    public long? Refunded { get; init; }

    public string? Error { get; init; }

    public long ChargeSeq { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset Deadline { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}
