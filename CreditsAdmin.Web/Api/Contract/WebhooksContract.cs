using CreditsAdmin.Data.Webhooks;
using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of outbound webhooks promise.</summary>
internal static class WebhooksContract
{
    private static readonly Field Endpoint = Field.Id("id", ApiIds.WebhookEndpoint, "The endpoint.");
    private static readonly Field Delivery = Field.Id("id", ApiIds.WebhookDelivery, "The delivery.");

    private static readonly Field Url = Field.Text(
        "url", 2_000, "Where messages are posted to: a public https address.", "https://example.com/credits", least: 1);

    private static readonly Field Events = Field.SomeOf("events", "What is sent there.", WebhookEndpoint.KnownEvents);

    private static readonly Shape Nothing = new("NothingInput");

    private static readonly WebhookEndpointBody Example = new(
        Samples.Id, "https://example.com/credits", ["balance.low"], true, null, null, Samples.Time());

    private static readonly WebhookDeliveryBody Sent = new(
        Samples.Id, Samples.Id, Samples.Id, "balance.low", Samples.User, "delivered", 1, Samples.Time(), null, Samples.Time(1),
        200, null, 42);

    private static readonly ApiAnswer[] Accepted = [new(202, "The delivery, on its way.", Sent, "Location")];

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("POST /v1/webhook_endpoints", "createWebhookEndpoint", "Create a webhook endpoint",
            "The answer has the secret that messages are verified with, this once.")
        {
            Takes = new("WebhookEndpointInput", Url.Required(), Events.Required()),
            Answers = [new(201, "The endpoint.", Example with { Secret = "whsec_c2VjcmV0" }, "Location")],
            Refuses = [TooManyWebhookEndpoints, WebhookUrlTaken],
        },
        new("GET /v1/webhook_endpoints", "listWebhookEndpoints", "List webhook endpoints", "All of them, oldest first.")
        {
            Answers = [new(200, "The endpoints.", new WebhookEndpointsBody([Example], HasMore: false, NextCursor: null))],
        },
        new("GET /v1/webhook_endpoints/{id}", "getWebhookEndpoint", "Read a webhook endpoint", "The endpoint as it is now.")
        {
            Path = [Endpoint],
            Answers = [new(200, "The endpoint.", Example)],
            Refuses = [UnknownWebhookEndpoint],
        },
        new("PATCH /v1/webhook_endpoints/{id}", "changeWebhookEndpoint", "Change a webhook endpoint",
            "Changes what is named and leaves the rest.")
        {
            Path = [Endpoint],
            Takes = new("WebhookEndpointChange", Url, Events, Field.Flag("enabled", "Nothing is sent to one that is off.")),
            Answers = [new(200, "The endpoint.", Example)],
            Refuses = [UnknownWebhookEndpoint, WebhookUrlTaken],
        },
        new(
            "DELETE /v1/webhook_endpoints/{id}", "removeWebhookEndpoint", "Remove a webhook endpoint",
            "Nothing is sent there again.")
        {
            Path = [Endpoint],
            Answers = [new(204, "It is removed.", null)],
            Refuses = [UnknownWebhookEndpoint],
        },
        new("POST /v1/webhook_endpoints/{id}/rotate_secret", "rotateWebhookSecret", "Make a new secret",
            "The old one goes on beside it for 24 hours: messages carry a signature of each.")
        {
            Path = [Endpoint],
            Takes = Nothing,
            TakesNothingToo = true,
            Answers = [new(200, "The endpoint with its new secret.", Example with { Secret = "whsec_c2VjcmV0" })],
            Refuses = [UnknownWebhookEndpoint],
        },
        new("POST /v1/webhook_endpoints/{id}/test", "testWebhookEndpoint", "Send a ping", "A message of type ping, now.")
        {
            Path = [Endpoint],
            Takes = Nothing,
            TakesNothingToo = true,
            Answers = Accepted,
            Refuses = [UnknownWebhookEndpoint, WebhookEndpointDisabled],
        },
        new("GET /v1/webhook_deliveries", "listWebhookDeliveries", "List deliveries", "Newest first.")
        {
            Query =
            [
                Field.Id("endpoint", ApiIds.WebhookEndpoint, "Only to this endpoint."),
                Field.Id("event", ApiIds.WebhookEvent, "Only of this event."),
                Field.OneOf("type", "Only of this type.", [.. WebhookEndpoint.KnownEvents, "ping"]),
                Field.OneOf("status", "Only of this status.", [.. WebhookDelivery.KnownStatuses]),
                ListFields.Limit, Field.Id("before", ApiIds.WebhookDelivery, "The next_cursor of the page before."),
            ],
            Answers = [new(200, "A page of deliveries.", new WebhookDeliveriesBody([Sent], HasMore: false, NextCursor: null))],
        },
        new("GET /v1/webhook_deliveries/{id}", "getWebhookDelivery", "Read a delivery", "With every attempt and what is sent.")
        {
            Path = [Delivery],
            Answers =
            [
                new(200, "The delivery.", new WebhookDeliveryDetailsBody(
                    Sent, [new(1, Samples.Time(), Samples.Time(1), 200, null, 42)], """{"type":"balance.low"}""")),
            ],
            Refuses = [UnknownWebhookDelivery],
        },
        new("POST /v1/webhook_deliveries/{id}/resend", "resendWebhookDelivery", "Send a delivery again", "The same message, now.")
        {
            Path = [Delivery],
            Takes = Nothing,
            TakesNothingToo = true,
            Answers = Accepted,
            Refuses = [UnknownWebhookDelivery, WebhookEndpointDisabled],
        },
    ];
}
