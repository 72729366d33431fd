using System.Text.Json;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Fuzz;

namespace CreditsAdmin.Tests.Access;

/// <summary>For each route a request that would be carried out, so that only who asks can be the reason when it is
/// not.</summary>
internal sealed class AccessRequests(AccessCallers callers, JsonElement document)
{
    private readonly IReadOnlyList<ApiCall> calls = ApiCall.All(document);

    public async Task<HttpRequestMessage> MakeAsync(string route)
    {
        var (method, path) = route.Split(' ') is [var one, var two] ? (one, two) : default;
        var call = calls.FirstOrDefault(known => known.Method == method && known.Path == path);
        var address = path.Replace("{user}", $"{callers.Owner}", StringComparison.Ordinal)
            .Replace("{Id:guid}", $"{callers.Owner}", StringComparison.Ordinal)
            .Replace("{slug}", "not-found", StringComparison.Ordinal);
        if (address.Contains("{id}", StringComparison.Ordinal))
        {
            address = address.Replace("{id}", await IdAsync(path.Split('/')[2]), StringComparison.Ordinal);
        }

        var query = call?.Parameters.Where(parameter => parameter.Place == "query" && parameter.IsRequired)
            .Select(parameter => $"{parameter.Name}={(parameter.Name == "user" ? $"{callers.Owner}" : parameter.Example)}") ?? [];
        var request = new HttpRequestMessage(new HttpMethod(method), string.Join("?", [address, .. query]));
        if (call is not null && call.Parameters.Any(parameter => parameter.Name == "Idempotency-Key"))
        {
            request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid()}");
        }

        if (call?.Body is { } schema) request.Content = new StringContent(Body(schema), null, "application/json");
        else if (method == "POST") request.Content = new FormUrlEncodedContent([]);
        return request;
    }

    // The example of the document, with its user exchanged for one that exists.
    private string Body(JsonElement schema)
    {
        var example = schema.GetProperty("examples")[0].GetRawText();
        return example.Replace("usr_0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10", $"{callers.Owner}", StringComparison.Ordinal)
            .Replace("\"BMC-17\"", $"\"R{Guid.NewGuid():N}\"", StringComparison.Ordinal)
            .Replace("https://example.com/credits", $"https://example.com/{Guid.NewGuid()}", StringComparison.Ordinal)
            .Replace(",\"job\":\"job_0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10\"", "", StringComparison.Ordinal)
            .Replace("\"job-17\"", $"\"{Guid.NewGuid()}\"", StringComparison.Ordinal);
    }

    private async Task<string> MadeAsync(string noun, object body) => (await callers.Api.PostAsync($"/v1/{noun}", body))["id"]!;

    // There may be twenty at a time.
    private async Task<string> EndpointAsync()
    {
        var all = await callers.Api.ReadAsync("/v1/webhook_endpoints");
        foreach (var old in all.Json.GetProperty("data").EnumerateArray())
        {
            await callers.Api.DeleteAsync($"/v1/webhook_endpoints/{old.GetProperty("id")}");
        }

        return await MadeAsync("webhook_endpoints",
            $$"""{"url":"https://example.com/{{Guid.NewGuid()}}","events":["balance.low"]}""");
    }

    // Something new of the owner's, since a request may use it up.
    private async Task<string> IdAsync(string noun) => noun switch
    {
        "jobs" => (await callers.Api.ChargeAsync(callers.Owner, cost: 2))["id"]!,
        "grants" => await MadeAsync("grants", new { user = callers.Owner, credits = 1, category = "promotional", reason = "A test" }),
        "receipts" => await MadeAsync("receipts", new { user = callers.Owner, reference = $"R{Guid.NewGuid():N}", amount_cents = 5 }),
        "prices" => await MadeAsync("prices", new { provider = "test", model = $"{Guid.NewGuid()}", per_image = "1" }),
        "webhook_endpoints" => await EndpointAsync(),
        "webhook_deliveries" => (await callers.Api.PostAsync($"/v1/webhook_endpoints/{await EndpointAsync()}/test"))["id"]!,
        _ => throw new NotSupportedException($"Say how to make one of {noun}, so that its routes can be asked for it."),
    };
}
