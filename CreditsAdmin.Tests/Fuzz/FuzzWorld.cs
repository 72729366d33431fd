using System.Text.Json;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>Who and what hostile requests speak of: real users and jobs beside unknown ones, so that they get past the
/// first check.</summary>
internal sealed class FuzzWorld
{
    // Far more than all requests together may cost, and far less than the next hostile amount.
    private const long Wealth = 1_000_000_000;

    private readonly Dictionary<string, string[]> ids = [];
    private string[] users = [];
    private readonly string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"key-{i}")];

    /// <summary>The tokens that requests are sent with; null sends none.</summary>
    public (string All, string One, string Other, string? None) Tokens { get; private init; }

    public static async Task<FuzzWorld> CreateAsync(CreditsApp app)
    {
        var (rich, poor) = (await app.Database.SignUpAsync(free: 1_000, paid: Wealth), await app.Database.SignUpAsync(0, 0));
        var api = await app.ApiClientAsync();
        var jobs = new List<string>();
        for (var i = 0; i < 60; i++) jobs.Add((await api.ChargeAsync(rich, cost: 2))["id"]!);
        foreach (var job in jobs.Take(10)) await api.PostAsync($"/v1/jobs/{job}/fail");
        foreach (var free in new[] { "gpt-4o", "gpt-4o-mini" })
        {
            await MakeAsync("prices", $$"""{"provider":"openai","model":"{{free}}","input_per_million":"2","output_per_million":"9","effective_from":"2026-01-01T00:00:00Z"}""");
        }

        var grants = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            grants.Add(await MakeAsync("grants", new { user = rich, credits = 5, category = "promotional", reason = "A test" }));
        }

        var receipt = await MakeAsync("receipts", new { user = rich, reference = "FIRST", amount_cents = 500 });
        var price = await MakeAsync("prices", """{"provider":"openai","model":"old","per_image":"1"}""");
        var endpoints = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            endpoints.Add(await MakeAsync("webhook_endpoints", $$"""{"url":"https://example.com/{{i}}","events":["balance.low"]}"""));
        }

        var delivery = (await api.PostAsync($"/v1/webhook_endpoints/{endpoints[0]}/test"))["id"]!;
        var off = (await api.PostAsync($"/v1/webhook_endpoints/{endpoints[1]}/test"))["id"]!;
        using var change = new StringContent("""{"enabled":false}""", null, "application/json");
        await api.PatchAsync($"/v1/webhook_endpoints/{endpoints[1]}", change);
        return new()
        {
            users = [UserTokens.Of(rich), UserTokens.Of(Guid.NewGuid())],
            Tokens = (TokenOf(api), TokenOf(await app.ApiClientAsync("balances:read")), TokenOf(await app.ApiClientAsync("jobs:read")), null),
            ids =
            {
                ["user"] = [$"{rich}", $"usr_{rich}", $"{poor}", $"{Guid.NewGuid()}"],
                ["grants"] = [.. grants],
                ["receipts"] = [receipt, receipt, $"{Guid.NewGuid()}"],
                ["prices"] = [price, price, $"{Guid.NewGuid()}"],
                ["webhook_endpoints"] = [.. endpoints],
                ["webhook_deliveries"] = [delivery, off, $"{Guid.NewGuid()}"],
                ["job"] = [jobs[^1], jobs[0], $"{Guid.NewGuid()}"],
                ["jobs"] = [.. jobs, $"job_{jobs[^1]}", $"{Guid.NewGuid()}"],
            },
        };

        async Task<string> MakeAsync(string noun, object body) => (await api.PostAsync($"/v1/{noun}", body))["id"]!;
    }

    /// <summary>A caller who may: a key with every scope, or a user where a route is for users.</summary>
    public string TokenFor(ApiCall call, Random random) => call.Path.StartsWith("/v1/me", StringComparison.Ordinal) ? users[random.Next(20) == 0 ? 1 : 0] : Tokens.All;

    /// <summary>A value that works, or nearly, as JSON.</summary>
    public string Value(ApiCall call, string name, string example, Random random)
    {
        var last = name.Split('/')[^1];
        if (last is "Idempotency-Key" or "idempotency_key")
        {
            return Quote(random.Next(4) == 0 ? keys[random.Next(keys.Length)] : $"{new Guid(Bytes(random))}");
        }

        if (last == "reference") return Quote($"R{random.Next(200)}");
        if (last == "url") return Quote($"https://example.com/{random.Next(30)}");
        var kind = last == "id" ? call.Path.Split('/')[2] : last;
        if (!ids.TryGetValue(kind, out var known)) return example;
        // Mostly the first: the one with whom something can happen.
        return Quote(known.Length > 10 || random.Next(3) == 0 ? known[random.Next(known.Length)] : known[random.Next(2)]);
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string TokenOf(HttpClient client) => client.DefaultRequestHeaders.Authorization!.Parameter!;
}
