using System.Text.Json.Nodes;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>The response headers that mean something here.</summary>
internal static class ApiHeaders
{
    private static readonly Dictionary<string, (string Meaning, string Type, string Example)> Known = new()
    {
        ["X-Request-Id"] = ("Names this request in problems, logs and the audit log: the id that was sent, or a new one.",
            "string", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ["Idempotent-Replayed"] = ("true when an earlier request with this key was carried out: this is its answer.",
            "string", "true"),
        ["Credits-Charged"] = ("Credits that the job has cost so far: its cost without what was given back.", "integer", "2"),
        ["Credits-Balance"] = ("Credits that the user can spend, at the moment of the answer.", "integer", "98"),
        ["Location"] = ("The address of what was made.", "string", "/v1/jobs/0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10"),
        ["ETag"] = ("The version of what was read, for If-None-Match.", "string", "\"17\""),
        ["Link"] = ("The address of the next page.", "string", "</v1/jobs?before=abc>; rel=\"next\""),
        ["RateLimit"] = ("What is left of the limit that this request counted for, and for how many seconds.",
            "string", "\"key-writes\";r=59999;t=60"),
        ["RateLimit-Policy"] = ("That limit: requests and seconds.", "string", "\"key-writes\";q=60000;w=60"),
        ["Retry-After"] = ("Seconds to wait before the same request is sent again.", "integer", "5"),
        ["WWW-Authenticate"] = ("The scheme that is asked for.", "string", "Bearer"),
    };

    /// <summary>Those that every answer has, but that limits can be switched off.</summary>
    public static readonly string[] Everywhere = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];

    /// <summary>The components that answers refer to.</summary>
    public static JsonObject Components() => new(Known.OrderBy(header => header.Key, StringComparer.Ordinal)
        .Select(header => KeyValuePair.Create<string, JsonNode?>(header.Key, new JsonObject
        {
            ["description"] = header.Value.Meaning,
            ["schema"] = new JsonObject { ["type"] = header.Value.Type },
            ["example"] = header.Value.Type == "integer" ? long.Parse(header.Value.Example, null) : header.Value.Example,
        })));

    /// <summary>References to the components of these names, as an answer has them.</summary>
    public static JsonObject Of(IEnumerable<string> names) => new(names.Distinct().Order(StringComparer.Ordinal)
        .Select(name => KeyValuePair.Create<string, JsonNode?>(
            Known.ContainsKey(name) ? name : throw new InvalidOperationException($"The header {name} is not described."),
            new JsonObject { ["$ref"] = $"#/components/headers/{name}" })));
}
