using CreditsAdmin.Data;
using CreditsAdmin.Data.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>The log of what was sent, and sending once more.</summary>
internal static class WebhookDeliveriesApi
{
    private const int LargestPage = 200;

    public static void MapWebhookDeliveries(this RouteGroupBuilder v1)
    {
        v1.MapGet("/webhook_deliveries", ListAsync).RequireScope("webhooks:write");
        v1.MapGet("/webhook_deliveries/{id}", FindAsync).RequireScope("webhooks:write");
        v1.MapPost("/webhook_deliveries/{id}/resend", ResendAsync).RequireScope("webhooks:write");
    }

    private static async Task<Results<JsonAnswer<WebhookDeliveriesBody>, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new RequestQuery(http.Request, "endpoint", "event", "type", "status", "limit", "before");
        var filter = new DeliveryFilter(
            input.OptionalId("endpoint", ApiIds.WebhookEndpoint), input.OptionalId("event", ApiIds.WebhookEvent),
            input.OneOf("type", [.. WebhookEndpoint.KnownEvents, "ping"]),
            input.OneOf("status", WebhookDelivery.KnownStatuses));
        var limit = input.Number("limit", LargestPage, "limit must be a whole number from 1 to 200.") ?? 50;
        var before = input.OptionalId("before", ApiIds.WebhookDelivery);
        if (input.Problem is { } problem) return problem;
        var at = new Keyset<Guid>(Before: before, Size: (int)limit);
        var page = await database.ReadAsync(db => WebhookQueries.ListDeliveriesAsync(db, filter, at, cancel));
        return new JsonAnswer<WebhookDeliveriesBody>(
            WebhookDeliveriesBody.Of(page), ApiJson.Default.WebhookDeliveriesBody);
    }

    private static async Task<Results<JsonAnswer<WebhookDeliveryDetailsBody>, ProblemAnswer>> FindAsync(
        string id, CreditsDatabase database, CancellationToken cancel)
    {
        if (ApiIds.Parse(id, ApiIds.WebhookDelivery) is not { } deliveryId) return Unknown;
        var found = await database.ReadAsync(async db =>
            await WebhookQueries.FindDeliveryAsync(db, deliveryId, cancel) is { } delivery
                ? new WebhookDeliveryDetailsBody(
                    WebhookDeliveryBody.Of(delivery),
                    [.. (await WebhookQueries.ListAttemptsAsync(db, deliveryId, cancel)).Select(WebhookAttemptBody.Of)],
                    delivery.Payload)
                : null);
        return found is not null
            ? new JsonAnswer<WebhookDeliveryDetailsBody>(found, ApiJson.Default.WebhookDeliveryDetailsBody)
            : Unknown;
    }

    private static async Task<Results<JsonAnswer<WebhookDeliveryBody>, ProblemAnswer>> ResendAsync(
        string id, HttpContext http, WebhookCommands webhooks, CreditsDatabase database, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: false, [], cancel);
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.WebhookDelivery) is not { } deliveryId) return Unknown;
        return await AcceptedAsync(
            await webhooks.ResendAsync(deliveryId, ApiAccess.CallerOf(http), cancel), database, cancel);
    }

    /// <summary>Answers with a delivery that will be sent; reading it again tells what became of it.</summary>
    public static async Task<Results<JsonAnswer<WebhookDeliveryBody>, ProblemAnswer>> AcceptedAsync(
        CreditResult<AskedDelivery> asked, CreditsDatabase database, CancellationToken cancel)
    {
        if (!asked.Done) return ProblemAnswer.Of(asked.Refusal);
        var delivery = await database.ReadAsync(db => WebhookQueries.FindDeliveryAsync(db, asked.Value.Id, cancel));
        if (delivery is null) return Unknown;
        return new JsonAnswer<WebhookDeliveryBody>(
            WebhookDeliveryBody.Of(delivery), ApiJson.Default.WebhookDeliveryBody, StatusCodes.Status202Accepted)
        {
            Location = $"/v1/webhook_deliveries/{delivery.Id}",
        };
    }

    private static ProblemAnswer Unknown => ProblemAnswer.Of(RefusalCode.UnknownWebhookDelivery);
}
