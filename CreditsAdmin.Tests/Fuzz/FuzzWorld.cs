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
        return new()
        {
            Tokens = (TokenOf(api), TokenOf(await app.ApiClientAsync("balances:read")), TokenOf(await app.ApiClientAsync("jobs:read")), null),
            ids =
            {
                ["user"] = [$"{rich}", $"usr_{rich}", $"{poor}", $"{Guid.NewGuid()}"],
                ["jobs"] = [.. jobs, $"job_{jobs[^1]}", $"{Guid.NewGuid()}"],
            },
        };
    }

    /// <summary>A value that works, or nearly, as JSON.</summary>
    public string Value(ApiCall call, string name, string example, Random random)
    {
        var last = name.Split('/')[^1];
        if (last is "Idempotency-Key" or "idempotency_key")
        {
            return Quote(random.Next(4) == 0 ? keys[random.Next(keys.Length)] : $"{new Guid(Bytes(random))}");
        }

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
