using CreditsAdmin.Data;
using CreditsAdmin.Data.Webhooks;
using CreditsAdmin.Web.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;
using EndpointResult = Microsoft.AspNetCore.Http.HttpResults.Results<
    CreditsAdmin.Web.Api.JsonAnswer<CreditsAdmin.Web.Api.WebhookEndpointBody>, CreditsAdmin.Web.Api.ProblemAnswer>;

namespace CreditsAdmin.Web.Api;

/// <summary>Where events go to.</summary>
internal static class WebhookEndpointsApi
{
    // The old secret goes on beside the new one, so that receivers can change when it suits them.
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    public static void MapWebhookEndpoints(this RouteGroupBuilder v1)
    {
        v1.MapPost("/webhook_endpoints", CreateAsync).RequireScope("webhooks:write");
        v1.MapGet("/webhook_endpoints", ListAsync).RequireScope("webhooks:write");
        v1.MapGet("/webhook_endpoints/{id}", FindAsync).RequireScope("webhooks:write");
        v1.MapPatch("/webhook_endpoints/{id}", ChangeAsync).RequireScope("webhooks:write");
        v1.MapDelete("/webhook_endpoints/{id}", RemoveAsync).RequireScope("webhooks:write");
        v1.MapPost("/webhook_endpoints/{id}/rotate_secret", RotateAsync).RequireScope("webhooks:write");
        v1.MapPost("/webhook_endpoints/{id}/test", TestAsync).RequireScope("webhooks:write");
    }

    private static async Task<EndpointResult> CreateAsync(
        HttpContext http, WebhookCommands webhooks, WebhookSecrets secrets, WebhookOptions options, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, ["url", "events"], cancel);
        var url = ReadUrl(input, options);
        var events = input.Texts("events");
        if (input.Problem is { } problem) return problem;
        var secret = secrets.Create();
        var created = await webhooks.CreateAsync(url, events, secret.Sealed, ApiAccess.CallerOf(http), cancel);
        if (!created.Done) return ProblemAnswer.Of(created.Refusal);
        return new JsonAnswer<WebhookEndpointBody>(
            WebhookEndpointBody.Of(created.Value) with { Secret = secret.Text }, ApiJson.Default.WebhookEndpointBody,
            StatusCodes.Status201Created)
        { Location = $"/v1/webhook_endpoints/{created.Value.Id}" };
    }

    private static async Task<JsonAnswer<WebhookEndpointsBody>> ListAsync(CreditsDatabase database, CancellationToken cancel)
    {
        var endpoints = await database.ReadAsync(db => WebhookQueries.ListEndpointsAsync(db, cancel));
        return new(
            new([.. endpoints.Select(WebhookEndpointBody.Of)], HasMore: false, NextCursor: null),
            ApiJson.Default.WebhookEndpointsBody);
    }

    private static async Task<EndpointResult> FindAsync(string id, CreditsDatabase database, CancellationToken cancel)
    {
        var endpoint = ApiIds.Parse(id, ApiIds.WebhookEndpoint) is { } endpointId
            ? await database.ReadAsync(db => WebhookQueries.FindEndpointAsync(db, endpointId, cancel))
            : null;
        return endpoint is not null ? Answer(endpoint) : ProblemAnswer.Of(RefusalCode.UnknownWebhookEndpoint);
    }

    private static async Task<EndpointResult> ChangeAsync(
        string id, HttpContext http, WebhookCommands webhooks, WebhookOptions options, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, ["url", "events", "enabled"], cancel);
        var url = ReadUrl(input, options);
        var events = input.Texts("events");
        var enabled = input.Flag("enabled");
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.WebhookEndpoint) is not { } endpointId) return Unknown;
        return Answer(await webhooks.ChangeAsync(endpointId, url, events, enabled, ApiAccess.CallerOf(http), cancel));
    }

    private static async Task<Results<NoContent, ProblemAnswer>> RemoveAsync(
        string id, HttpContext http, WebhookCommands webhooks, CancellationToken cancel)
    {
        if (ApiIds.Parse(id, ApiIds.WebhookEndpoint) is not { } endpointId) return Unknown;
        var removed = await webhooks.RemoveAsync(endpointId, ApiAccess.CallerOf(http), cancel);
        return removed.Done ? TypedResults.NoContent() : ProblemAnswer.Of(removed.Refusal);
    }

    private static async Task<EndpointResult> RotateAsync(
        string id, HttpContext http, WebhookCommands webhooks, WebhookSecrets secrets, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: false, [], cancel);
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.WebhookEndpoint) is not { } endpointId) return Unknown;
        var secret = secrets.Create();
        var rotated = await webhooks.RotateAsync(endpointId, secret.Sealed, Overlap, ApiAccess.CallerOf(http), cancel);
        return Answer(rotated, secret.Text);
    }

    private static async Task<Results<JsonAnswer<WebhookDeliveryBody>, ProblemAnswer>> TestAsync(
        string id, HttpContext http, WebhookCommands webhooks, CreditsDatabase database, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: false, [], cancel);
        if (input.Problem is { } problem) return problem;
        if (ApiIds.Parse(id, ApiIds.WebhookEndpoint) is not { } endpointId) return Unknown;
        var asked = await webhooks.TestAsync(endpointId, ApiAccess.CallerOf(http), cancel);
        return await WebhookDeliveriesApi.AcceptedAsync(asked, database, cancel);
    }

    private static ProblemAnswer Unknown => ProblemAnswer.Of(RefusalCode.UnknownWebhookEndpoint);

    private static string? ReadUrl(RequestBody input, WebhookOptions options) =>
        input.Text("url", url => WebhookUrl.Fault(url, options.AllowPrivate));

    private static EndpointResult Answer(CreditResult<WebhookEndpoint> result, string? secret = null) =>
        result.Done ? Answer(result.Value, secret) : ProblemAnswer.Of(result.Refusal);

    private static JsonAnswer<WebhookEndpointBody> Answer(WebhookEndpoint endpoint, string? secret = null) => new(
        WebhookEndpointBody.Of(endpoint) with { Secret = secret }, ApiJson.Default.WebhookEndpointBody);
}
