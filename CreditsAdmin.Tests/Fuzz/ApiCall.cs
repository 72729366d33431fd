using System.Text.Json;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>A path, query or header parameter of the document.</summary>
internal sealed record Parameter(string Name, string Place, bool IsRequired, string Example);

/// <summary>An operation of the document, as a generator needs it.</summary>
internal sealed record ApiCall(string Method, string Path, JsonElement Operation, Parameter[] Parameters, JsonElement? Body)
{
    /// <summary>All of a document.</summary>
    public static IReadOnlyList<ApiCall> All(JsonElement document) =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from method in path.Value.EnumerateObject()
           select new ApiCall(method.Name.ToUpperInvariant(), path.Name, method.Value,
               [.. method.Value.GetProperty("parameters").EnumerateArray().Select(one => Read(document, one))],
               method.Value.TryGetProperty("requestBody", out var body)
                   ? Resolve(document, body.GetProperty("content").GetProperty("application/json").GetProperty("schema"))
                   : null),
    ];

    /// <summary>Every member of the body by its way, those inside of lists too: <c>jobs</c>, <c>jobs/user</c>.</summary>
    public static IEnumerable<string> Members(JsonElement document, JsonElement schema, string way = "") =>
        schema.TryGetProperty("properties", out var members)
            ? members.EnumerateObject().SelectMany(member => Inner(document, member.Value) is { } inner
                ? Members(document, inner, $"{way}{member.Name}/").Prepend(way + member.Name)
                : [way + member.Name])
            : [];

    /// <summary>The schema of the objects that a member lists or is; null for plain values.</summary>
    public static JsonElement? Inner(JsonElement document, JsonElement member)
    {
        var schema = Resolve(document, member.TryGetProperty("items", out var items) ? items : member);
        return schema.TryGetProperty("properties", out _) ? schema : null;
    }

    public static JsonElement Resolve(JsonElement document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name))
            : schema;

    private static Parameter Read(JsonElement document, JsonElement parameter)
    {
        var one = Resolve(document, parameter);
        return new(one.GetProperty("name").GetString()!, one.GetProperty("in").GetString()!,
            one.GetProperty("required").GetBoolean(),
            (one.TryGetProperty("example", out var example) ? example : one.GetProperty("x-example")).ToString());
    }
}
