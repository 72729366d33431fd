using System.Text.Json;
using System.Text.Json.Nodes;
using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>Writes one operation: what was described of it, and what every route of its kind shares.</summary>
internal sealed class OperationWriter(AnswerSchemas schemas)
{
    private static readonly Field Key = Field.Text("Idempotency-Key", 255,
        "Names this action: sent again with the same key, it is carried out once and answered alike.",
        "6d1c1f3e-8b0a-4c57-9f43-2f1de0a4b7c5", least: 1, pattern: "^[!-~]+$").Required();

    private static readonly Field RequestId = Field.Text("X-Request-Id", 64,
        "Your own name for this request. Anything else than letters, digits, dots, lines and dashes is replaced.",
        "checkout-17");

    /// <summary>The operation as the document has it.</summary>
    public JsonObject Write(ApiOperation operation, JsonArray security)
    {
        var json = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["summary"] = operation.Summary,
            ["description"] = operation.Meaning,
            ["tags"] = new JsonArray(TagOf(operation)),
            ["security"] = security,
            ["parameters"] = ParametersOf(operation),
        };
        if (operation.Takes is { } shape) json["requestBody"] = BodyOf(shape, !operation.TakesNothingToo);
        json["responses"] = AnswersOf(operation);
        return json;
    }

    /// <summary>The noun of a route, such as <c>jobs</c>.</summary>
    public static string TagOf(ApiOperation operation) => operation.Route.Split('/')[2];

    /// <summary>Every problem that it may answer.</summary>
    public static IEnumerable<ProblemKind> ProblemsOf(ApiOperation operation)
    {
        IEnumerable<ProblemKind> problems =
        [
            CreditProblems.Unauthorized, CreditProblems.Of(RefusalCode.Forbidden), CreditProblems.InternalError,
            CreditProblems.RateLimited, CreditProblems.ServiceUnavailable, .. operation.Refuses.Select(CreditProblems.Of),
        ];
        if (!operation.Route.StartsWith("GET ", StringComparison.Ordinal))
            problems = problems.Append(CreditProblems.LedgerUnsound);
        if (operation.Query.Length > 0) problems = problems.Append(CreditProblems.Of(RefusalCode.InvalidInput));
        if (operation.Takes is not null)
        {
            problems = problems.Concat(
            [
                CreditProblems.MalformedJson, CreditProblems.BadRequest, CreditProblems.Of(RefusalCode.InvalidInput),
                CreditProblems.PayloadTooLarge, CreditProblems.UnsupportedMediaType,
            ]);
        }

        if (operation.IsIdempotent)
        {
            problems = problems.Concat(
            [
                CreditProblems.Of(RefusalCode.InvalidIdempotencyKey), CreditProblems.Of(RefusalCode.IdempotencyKeyReuse),
                CreditProblems.Of(RefusalCode.RequestInProgress),
            ]);
        }

        return problems.Distinct();
    }

    private static JsonArray ParametersOf(ApiOperation operation)
    {
        Field[] shared = operation.IsIdempotent ? [Key, RequestId] : [RequestId];
        return
        [
            .. operation.Path.Select(field => Parameter(field.Required(), "path")),
            .. operation.Query.Select(field => Parameter(field, "query")),
            .. operation.Headers.Select(field => Parameter(field, "header")),
            .. shared.Select(field => new JsonObject { ["$ref"] = $"#/components/parameters/{field.Name}" }),
        ];
    }

    /// <summary>The headers that many operations take.</summary>
    public static JsonObject SharedParameters() => new()
    {
        [Key.Name] = Parameter(Key, "header"),
        [RequestId.Name] = Parameter(RequestId, "header"),
    };

    private static JsonObject Parameter(Field field, string place) => new()
    {
        ["name"] = field.Name,
        ["in"] = place,
        ["required"] = field.IsRequired,
        ["description"] = field.Meaning,
        ["schema"] = field.Schema(),
        // A page to try calls on fills in what it finds as example: an optional filter must not be among it.
        [place == "query" && !field.IsRequired ? "x-example" : "example"] = JsonNode.Parse(field.Example),
    };

    private static JsonObject BodyOf(Shape shape, bool required) => new()
    {
        ["required"] = required,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject
            {
                ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{shape.Name}" },
                ["example"] = JsonNode.Parse(shape.Example),
            },
        },
    };

    private JsonObject AnswersOf(ApiOperation operation)
    {
        var answers = operation.Answers.Select(answer => (answer.Status, Json: Answer(operation, answer)));
        var problems = ProblemsOf(operation).GroupBy(kind => kind.Status)
            .Select(kinds => (Status: kinds.Key, Json: ProblemWriter.Write(kinds)));
        return new(answers.Concat(problems).OrderBy(answer => answer.Status)
            .Select(answer => KeyValuePair.Create<string, JsonNode?>($"{answer.Status}", answer.Json)));
    }

    private JsonObject Answer(ApiOperation operation, ApiAnswer answer)
    {
        var replays = operation.IsIdempotent ? answer.Headers.Append("Idempotent-Replayed") : answer.Headers;
        var json = new JsonObject
        {
            ["description"] = answer.Meaning,
            ["headers"] = ApiHeaders.Of(replays.Concat(ApiHeaders.Everywhere)),
        };
        if (answer.Example is not { } example) return json;
        json["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject
            {
                ["schema"] = schemas.Of(example.GetType()),
                ["example"] = JsonSerializer.SerializeToNode(example, example.GetType(), ApiJson.Default),
            },
        };
        return json;
    }
}
