using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditsAdmin.Web.Auth;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>The OpenAPI 3.1 document of the running routes. Made once, when somebody asks for it.</summary>
internal sealed class ApiDocument(EndpointDataSource routes)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a JSON file, never part of a page
    };

    private readonly Lazy<(byte[] Bytes, string Tag)> whole = new(() =>
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Build(routes.Endpoints), Readable);
        return ([.. bytes, (byte)'\n'], $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"");
    });

    /// <summary>The document in UTF-8.</summary>
    public byte[] Bytes => whole.Value.Bytes;

    /// <summary>Its ETag: another document has another one.</summary>
    public string Tag => whole.Value.Tag;

    /// <summary>The routes of the API that nobody described, and the descriptions that no route has; empty when all is
    /// well.</summary>
    public static IEnumerable<string> Strays(IEnumerable<Endpoint> endpoints) =>
        endpoints.SelectMany(RoutesOf).Concat(ApiContract.Operations.Select(operation => operation.Route))
            .GroupBy(route => route).Where(same => same.Count() != 2).Select(same => same.Key);

    private static JsonObject Build(IReadOnlyList<Endpoint> endpoints)
    {
        if (Strays(endpoints).ToList() is { Count: > 0 } strays)
        {
            throw new InvalidOperationException($"Route and description do not meet: {string.Join(", ", strays)}.");
        }

        var schemas = new AnswerSchemas();
        schemas.Of(typeof(ProblemBody));
        var paths = PathsOf(endpoints, new OperationWriter(schemas));
        var inputs = ApiContract.Operations.Select(operation => operation.Takes).OfType<Shape>()
            .SelectMany(shape => shape.Fields.Select(field => field.Items).OfType<Shape>().Prepend(shape)).Distinct()
            .Select(shape => KeyValuePair.Create<string, JsonNode?>(shape.Name, shape.Schema()));
        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = ApiContract.Info(),
            ["servers"] = new JsonArray(
                new JsonObject { ["url"] = "/", ["description"] = "The host that serves this document." }),
            ["tags"] = ApiContract.Tags(),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.All.Select(schema => KeyValuePair.Create<string, JsonNode?>(
                    schema.Key, schema.Value)).Concat(inputs).OrderBy(schema => schema.Key, StringComparer.Ordinal)),
                ["headers"] = ApiHeaders.Components(),
                ["parameters"] = OperationWriter.SharedParameters(),
                ["responses"] = ProblemWriter.Shared(ApiContract.Operations),
                ["examples"] = ProblemWriter.Examples(ApiContract.Operations),
                ["securitySchemes"] = ApiContract.SecuritySchemes(),
            },
        };
    }

    private static JsonObject PathsOf(IReadOnlyList<Endpoint> endpoints, OperationWriter writer)
    {
        var routes = endpoints.SelectMany(endpoint => RoutesOf(endpoint).Select(route => (route, endpoint)))
            .ToDictionary(one => one.route, one => one.endpoint.Metadata);
        var paths = new JsonObject();
        foreach (var operation in ApiContract.Operations)
        {
            var (method, path) = operation.Route.Split(' ') is [var one, var two] ? (one, two) : default;
            if (paths[path] is null) paths[path] = new JsonObject();
            paths[path]![method.ToLowerInvariant()] = writer.Write(operation, SecurityOf(operation, routes[operation.Route]));
        }

        return paths;
    }

    // Any of these will do.
    private static JsonArray SecurityOf(ApiOperation operation, EndpointMetadataCollection route)
    {
        if (route.GetMetadata<UsersOnly>() is not null) return [new JsonObject { ["userToken"] = new JsonArray() }];
        var scopes = route.GetMetadata<RequiredScope>()!.Names;
        var users = operation.IsForFrontEndsOnly ? [] : scopes.Where(UserTokenAuthentication.ReadScopes
            .Append(UserTokenAuthentication.ClaimScope).Contains);
        return
        [
            .. scopes.Select(scope => new JsonObject { ["apiKey"] = new JsonArray(scope) }),
            .. users.Select(scope => new JsonObject { ["userToken"] = new JsonArray(scope) }),
        ];
    }

    private static IEnumerable<string> RoutesOf(Endpoint endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.RawText: { } path } && path.StartsWith("/v1/", StringComparison.Ordinal)
            ? endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                .Select(method => $"{method} {path.TrimEnd('/')}") ?? []
            : [];
}
