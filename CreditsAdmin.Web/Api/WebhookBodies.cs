using System.Text.Json.Serialization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Webhooks;

namespace CreditsAdmin.Web.Api;

/// <summary>A webhook endpoint. Times are UTC.</summary>
/// <param name="Enabled">Nothing is sent to one that is off; what was written before waits.</param>
/// <param name="DisabledReason">Why it is off; null while it is on.</param>
/// <param name="FailingSince">The first failure after the last success; null while it works.</param>
internal sealed record WebhookEndpointBody(
    Guid Id, string Url, string[] Events, bool Enabled, string? DisabledReason, DateTime? FailingSince, DateTime CreatedAt)
{
    /// <summary>What messages are verified with; there in the answer that made it and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static WebhookEndpointBody Of(WebhookEndpoint endpoint) => new(
        endpoint.Id, endpoint.Url, endpoint.Events, endpoint.Enabled, endpoint.DisabledReason,
        endpoint.FailingSince?.UtcDateTime, endpoint.CreatedAt.UtcDateTime);
}

/// <summary>All endpoints, oldest first; there are twenty at most, so one page has them all.</summary>
internal sealed record WebhookEndpointsBody(IReadOnlyList<WebhookEndpointBody> Data, bool HasMore, string? NextCursor);

/// <summary>One event on its way to one endpoint, with its last attempt. Times are UTC.</summary>
/// <param name="Event">The event's id; messages carry it as <c>webhook-id</c>, with <c>msg_</c> before it.</param>
/// <param name="User">Whom it is about; null for a ping.</param>
/// <param name="NextAttemptAt">While an attempt is under way, when that counts as lost; null when nothing is sent any
/// more.</param>
/// <param name="LastStatusCode">The HTTP status; null without an answer.</param>
internal sealed record WebhookDeliveryBody(
    Guid Id, Guid Event, Guid Endpoint, string Type, Guid? User, string Status, int Attempts, DateTime CreatedAt,
    DateTime? NextAttemptAt, DateTime? LastAttemptAt, int? LastStatusCode, string? LastError, int? LastDurationMs)
{
    public static WebhookDeliveryBody Of(WebhookDelivery delivery) => new(
        delivery.Id, delivery.EventId, delivery.EndpointId, delivery.Type, delivery.UserId, delivery.Status, delivery.Attempts,
        delivery.CreatedAt.UtcDateTime, delivery.NextAttemptAt?.UtcDateTime, delivery.LastAttemptAt?.UtcDateTime,
        delivery.LastStatusCode, delivery.LastError, delivery.LastDurationMs);
}

/// <summary>A page of deliveries, newest first; <paramref name="NextCursor"/> is the next page's <c>before</c>.</summary>
internal sealed record WebhookDeliveriesBody(IReadOnlyList<WebhookDeliveryBody> Data, bool HasMore, string? NextCursor)
{
    public static WebhookDeliveriesBody Of(Page<WebhookDelivery> page) => new(
        [.. page.Items.Select(WebhookDeliveryBody.Of)], page.HasOlder, page.HasOlder ? page.Items[^1].Id.ToString() : null);
}

/// <summary>One attempt. Without a <paramref name="FinishedAt"/> it is under way, or was lost. Times are UTC.</summary>
internal sealed record WebhookAttemptBody(
    int Number, DateTime StartedAt, DateTime? FinishedAt, int? StatusCode, string? Error, int? DurationMs)
{
    public static WebhookAttemptBody Of(WebhookAttempt attempt) => new(
        attempt.Number, attempt.StartedAt.UtcDateTime, attempt.FinishedAt?.UtcDateTime, attempt.StatusCode, attempt.Error,
        attempt.DurationMs);
}

/// <summary>A delivery with all of its attempts and what is sent.</summary>
internal sealed record WebhookDeliveryDetailsBody(
    WebhookDeliveryBody Delivery, IReadOnlyList<WebhookAttemptBody> Attempts,
    [property: JsonConverter(typeof(RawJson))] string Payload);
