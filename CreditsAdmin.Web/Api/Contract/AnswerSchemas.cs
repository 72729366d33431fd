using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>The schemas of answers, made from the records that are written, each once. What their members mean stands in
/// <see cref="Glossary"/>.</summary>
internal sealed class AnswerSchemas
{
    private readonly SortedDictionary<string, JsonNode> made = new(StringComparer.Ordinal);

    /// <summary>All schemas that were asked for so far, and what they refer to, by name.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode>> All => made;

    /// <summary>A reference to the schema of this type.</summary>
    public JsonObject Of(Type type)
    {
        var name = NameOf(type);
        if (!made.ContainsKey(name))
        {
            made[name] = new JsonObject(); // known before it is whole: a type may lead back to itself
            var info = ApiJson.Default.GetTypeInfo(type)
                ?? throw new InvalidOperationException($"{type.Name} is not among the types of ApiJson.");
            made[name] = info.GetJsonSchemaAsNode(new()
            {
                TreatNullObliviousAsNonNullable = true,
                TransformSchemaNode = Mend,
            });
        }

        return new() { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private JsonNode Mend(JsonSchemaExporterContext context, JsonNode schema)
    {
        var isAnswer = context.TypeInfo.Kind == JsonTypeInfoKind.Object;
        if (context.Path.Length == 0) return isAnswer ? Whole(context.TypeInfo, schema.AsObject()) : schema;
        var node = isAnswer ? Of(context.TypeInfo.Type) : schema as JsonObject ?? [];
        if (context.PropertyInfo is not { } member) return node;
        var mayBeNull = member.IsGetNullable && !IsLeftOut(member);
        var word = Glossary.Find(NameOf(member.DeclaringType), member.Name);
        if (isAnswer && mayBeNull) node = new() { ["oneOf"] = new JsonArray(node, new JsonObject { ["type"] = "null" }) };
        if (word?.Type is { } type) node["type"] = type;
        if (!isAnswer) SetNull(node, mayBeNull);
        if (word?.Values is { } values) node["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        if (word is not null) node["description"] = word.Meaning;
        return node;
    }

    private static JsonObject Whole(JsonTypeInfo type, JsonObject schema)
    {
        schema["type"] = "object";
        schema["required"] = new JsonArray([.. type.Properties.Where(member => !IsLeftOut(member))
            .Select(member => (JsonNode)member.Name)]);
        if (Glossary.Find(NameOf(type.Type)) is { } word) schema["description"] = word.Meaning;
        return schema;
    }

    private static void SetNull(JsonObject node, bool mayBeNull)
    {
        var type = node["type"] is JsonArray several
            ? several.First(one => one!.GetValue<string>() != "null")!.GetValue<string>()
            : node["type"]?.GetValue<string>();
        if (type is not null) node["type"] = mayBeNull ? new JsonArray(type, "null") : type;
    }

    // A member without a value is not written at all.
    private static bool IsLeftOut(JsonPropertyInfo member) =>
        member.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is { Length: > 0 };

    // JobBody is a Job to whoever reads the document.
    private static string NameOf(Type type) =>
        type.Name.EndsWith("Body", StringComparison.Ordinal) ? type.Name[..^4] : type.Name;
}
