using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>Writes what a request is told that was not carried out.</summary>
internal static class ProblemWriter
{
    /// <summary>The answer of one status. One with a single code is the same everywhere, so it is referred to.</summary>
    public static JsonObject Write(IEnumerable<ProblemKind> sameStatus)
    {
        var kinds = sameStatus.OrderBy(kind => kind.Code, StringComparer.Ordinal).ToList();
        return kinds is [var only]
            ? new() { ["$ref"] = $"#/components/responses/{only.Code}" }
            : Whole(kinds);
    }

    /// <summary>The answers that are referred to, of these operations.</summary>
    public static JsonObject Shared(IEnumerable<ApiOperation> operations) => new(operations
        .SelectMany(operation => OperationWriter.ProblemsOf(operation).GroupBy(kind => kind.Status))
        .Where(kinds => kinds.Count() == 1).Select(kinds => kinds.Single()).Distinct()
        .OrderBy(kind => kind.Code, StringComparer.Ordinal)
        .Select(kind => KeyValuePair.Create<string, JsonNode?>(kind.Code, Whole([kind]))));

    private static JsonObject Whole(List<ProblemKind> kinds)
    {
        var status = kinds[0].Status;
        return new()
        {
            ["description"] = string.Join(" ", kinds.Select(kind => $"{kind.Title}: [{kind.Code}]({kind.Type}).")),
            ["headers"] = ApiHeaders.Of(HeadersOf(status).Concat(ApiHeaders.Everywhere)),
            ["content"] = new JsonObject
            {
                ["application/problem+json"] = new JsonObject
                {
                    ["schema"] = SchemaOf(status, kinds),
                    ["examples"] = new JsonObject(kinds.Select(kind => KeyValuePair.Create<string, JsonNode?>(
                        kind.Code, new JsonObject { ["$ref"] = $"#/components/examples/{kind.Code}" }))),
                },
            },
        };
    }

    /// <summary>An example of every problem of these operations.</summary>
    public static JsonObject Examples(IEnumerable<ApiOperation> operations) => new(operations
        .SelectMany(OperationWriter.ProblemsOf).Distinct().OrderBy(kind => kind.Code, StringComparer.Ordinal)
        .Select(kind => KeyValuePair.Create<string, JsonNode?>(kind.Code, new JsonObject
        {
            ["summary"] = kind.Title,
            ["value"] = JsonSerializer.SerializeToNode(ExampleOf(kind), ApiJson.Default.ProblemBody),
        })));

    private static ProblemBody ExampleOf(ProblemKind kind)
    {
        var body = new ProblemBody(kind.Type, kind.Title, kind.Status, $"{kind.Meaning} {kind.Advice}",
            "/v1/jobs", kind.Code, "4bf92f3577b34da6a3ce929d0e0e4736");
        return kind.Status switch
        {
            402 => body with { Balance = 1, Required = 2, Shortfall = 1 },
            _ => body,
        };
    }

    private static JsonObject SchemaOf(int status, List<ProblemKind> kinds) => new()
    {
        ["allOf"] = new JsonArray(
            new JsonObject { ["$ref"] = "#/components/schemas/Problem" },
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["status"] = new JsonObject { ["type"] = "integer", ["const"] = status },
                    ["code"] = new JsonObject
                    {
                        ["type"] = "string",
                        ["enum"] = new JsonArray([.. kinds.Select(kind => (JsonNode)kind.Code)]),
                    },
                },
                ["required"] = new JsonArray("status", "code"),
            }),
    };

    private static string[] HeadersOf(int status) => status switch
    {
        401 => ["WWW-Authenticate"],
        409 or 429 or 503 => ["Retry-After"],
        _ => [],
    };
}
