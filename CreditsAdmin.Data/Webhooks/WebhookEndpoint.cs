using Npgsql;

namespace CreditsAdmin.Data.Webhooks;

/// <summary>An address that is told of events. Its secrets are nowhere but in the worker's hands.</summary>
public sealed class WebhookEndpoint
{
    public Guid Id { get; init; }

    public string Url { get; init; } = "";

    /// <summary>Some of <see cref="KnownEvents"/>, in alphabetical order.</summary>
    public string[] Events { get; init; } = [];

    /// <summary>Nothing new is written for one that is off, and what waits for it is not sent.</summary>
    public bool Enabled { get; init; }

    /// <summary>Why it is off; null while it is on.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>UTC, the first failure after the last success; null while it works.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Who made it, as in the audit log.</summary>
    public string CreatedBy { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>Everything that an endpoint can subscribe to.</summary>
    public static IReadOnlyList<string> KnownEvents { get; } =
        ["balance.low", "balance.recovered", "grant.expiring", "job.refunded", "receipt.verified"];

    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    internal const string Columns =
        "id, url, events, enabled, disabled_reason, failing_since, created_by, created_at, removed_at";

    internal static WebhookEndpoint Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Url = row.GetString(1),
        Events = row.GetFieldValue<string[]>(2),
        Enabled = row.GetBoolean(3),
        DisabledReason = row.TextOrNull(4),
        FailingSince = row.TimeOrNull(5),
        CreatedBy = row.GetString(6),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(7),
        RemovedAt = row.TimeOrNull(8),
    };
}
