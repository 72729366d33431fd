namespace CreditsAdmin.Data.Webhooks;

/// <summary>One event on its way to one endpoint, with its last attempt. Times are UTC.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; }

    public Guid EventId { get; init; }

    public Guid EndpointId { get; init; }

    /// <summary>Of the event, such as <c>balance.low</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Whom the event is about; null for a ping.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The body that is sent, JSON, the same bytes in every attempt.</summary>
    public string Payload { get; init; } = "";

    /// <summary>When the event happened.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>One of <see cref="KnownStatuses"/>.</summary>
    public string Status { get; init; } = "";

    public int Attempts { get; init; }

    /// <summary>While an attempt is under way: when it counts as lost. Null when nothing will be sent any more.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? LastStatusCode { get; init; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? LastError { get; init; }

    public int? LastDurationMs { get; init; }

    /// <summary>What can become of a delivery.</summary>
    public static IReadOnlyList<string> KnownStatuses { get; } = ["pending", "delivered", "failed"];
}

/// <summary>One attempt to deliver. Without <see cref="FinishedAt"/> it is under way, or was lost with the process that made
/// it. Times are UTC.</summary>
public sealed class WebhookAttempt
{
    public Guid DeliveryId { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public int? DurationMs { get; init; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; init; }

    public string? Error { get; init; }
}
