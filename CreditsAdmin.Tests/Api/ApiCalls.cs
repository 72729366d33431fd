using System.Net.Http.Json;
using System.Text.Json;

namespace CreditsAdmin.Tests.Api;

/// <summary>An answer with its body read.</summary>
internal sealed record Answer(int Status, JsonElement Json, string Text, HttpResponseMessage Response)
{
    public string? this[string name] => Json.GetProperty(name).ToString();

    public bool Replayed => Response.Headers.Contains("Idempotent-Replayed");
}

/// <summary>Calls the API the way a front end does.</summary>
internal static class ApiCalls
{
    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    /// <summary>POST with an idempotency key; a new one when none is given.</summary>
    public static async Task<Answer> PostAsync(this HttpClient client, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        if (body is string raw) request.Content = new StringContent(raw, null, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body);
        return await ReadAsync(await client.SendAsync(request, Cancel));
    }

    public static async Task<Answer> ReadAsync(this HttpClient client, string path) =>
        await ReadAsync(await client.GetAsync(path, Cancel));

    /// <summary>Charges one job.</summary>
    public static Task<Answer> ChargeAsync(this HttpClient client, Guid user, long cost = 1, string? key = null) =>
        client.PostAsync("/v1/jobs", new { user, operation = "image", cost }, key);

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancel);
        var json = text.Length > 0 ? JsonDocument.Parse(text).RootElement : default;
        return new((int)response.StatusCode, json, text, response);
    }
}
