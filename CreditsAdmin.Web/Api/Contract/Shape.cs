using System.Text.Json.Nodes;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>The JSON object that a request brings: these members and no others.</summary>
/// <param name="Name">Its name in the document, such as <c>ChargeInput</c>.</param>
/// <param name="Fields">Its members.</param>
internal sealed record Shape(string Name, params Field[] Fields)
{
    /// <summary>An object that works, where one with every member would not.</summary>
    public string? Sample { get; init; }

    /// <summary>An object that works.</summary>
    public string Example => Sample ?? $"{{{string.Join(",", Fields.Select(one => $"\"{one.Name}\":{one.Example}"))}}}";

    /// <summary>The schema. Null counts as missing where a member may be missing.</summary>
    public JsonObject Schema()
    {
        var members = new JsonObject();
        foreach (var field in Fields)
        {
            var schema = field.Schema();
            if (!field.IsRequired && schema["type"] is { } type)
            {
                schema["type"] = type is JsonArray several
                    ? new JsonArray([.. several.Select(one => one!.DeepClone()), "null"])
                    : new JsonArray(type.DeepClone(), "null");
            }

            schema["description"] = field.Meaning;
            if (field.Items is null) schema["examples"] = new JsonArray(JsonNode.Parse(field.Example));
            members[field.Name] = schema;
        }

        return new()
        {
            ["type"] = "object",
            ["properties"] = members,
            ["required"] = new JsonArray([.. Fields.Where(field => field.IsRequired).Select(field => (JsonNode)field.Name)]),
            ["additionalProperties"] = false,
            ["examples"] = new JsonArray(JsonNode.Parse(Example)),
        };
    }
}
