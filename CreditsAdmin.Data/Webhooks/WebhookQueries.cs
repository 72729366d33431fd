using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Webhooks;

/// <summary>Which deliveries to list; null means all.</summary>
/// <param name="EndpointId">To this endpoint.</param>
/// <param name="EventId">Of this event.</param>
/// <param name="Type">Of events of this type.</param>
/// <param name="Status">With this status.</param>
public sealed record DeliveryFilter(
    Guid? EndpointId = null, Guid? EventId = null, string? Type = null, string? Status = null);

/// <summary>Reads endpoints and the log of deliveries.</summary>
public static class WebhookQueries
{
    /// <summary>All endpoints, oldest first: there are twenty at most.</summary>
    public static Task<List<WebhookEndpoint>> ListEndpointsAsync(CreditsDb db, CancellationToken cancel) =>
        db.WebhookEndpoints.Where(endpoint => endpoint.RemovedAt == null).OrderBy(endpoint => endpoint.Id).ToListAsync(cancel);

    /// <summary>One endpoint; null when there is none, or not any more.</summary>
    public static Task<WebhookEndpoint?> FindEndpointAsync(CreditsDb db, Guid id, CancellationToken cancel) =>
        db.WebhookEndpoints.SingleOrDefaultAsync(endpoint => endpoint.Id == id && endpoint.RemovedAt == null, cancel);

    /// <summary>Deliveries, newest first.</summary>
    public static Task<Page<WebhookDelivery>> ListDeliveriesAsync(
        CreditsDb db, DeliveryFilter filter, Keyset<Guid> at, CancellationToken cancel)
    {
        var deliveries = db.WebhookDeliveries.AsQueryable();
        if (filter.EndpointId is { } endpoint) deliveries = deliveries.Where(delivery => delivery.EndpointId == endpoint);
        if (filter.EventId is { } one) deliveries = deliveries.Where(delivery => delivery.EventId == one);
        if (filter.Type is { } type) deliveries = deliveries.Where(delivery => delivery.Type == type);
        if (filter.Status is { } status) deliveries = deliveries.Where(delivery => delivery.Status == status);
        return deliveries.PageAsync(delivery => delivery.Id, at, delivery => delivery, cancel);
    }

    /// <summary>One delivery; null when there is none.</summary>
    public static Task<WebhookDelivery?> FindDeliveryAsync(CreditsDb db, Guid id, CancellationToken cancel) =>
        db.WebhookDeliveries.SingleOrDefaultAsync(delivery => delivery.Id == id, cancel);

    /// <summary>Every attempt of a delivery, first to last.</summary>
    public static Task<List<WebhookAttempt>> ListAttemptsAsync(CreditsDb db, Guid deliveryId, CancellationToken cancel) =>
        db.WebhookAttempts.Where(attempt => attempt.DeliveryId == deliveryId).OrderBy(attempt => attempt.Number)
            .ToListAsync(cancel);
}
