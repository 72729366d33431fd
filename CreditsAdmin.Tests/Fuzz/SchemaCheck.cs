using System.Text.Json;
using System.Text.RegularExpressions;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>Says where a JSON value is not what a schema says. Knows the words of JSON Schema that the document uses, and
/// fails for any other, so that nothing is passed over. A member that no schema names is a fault too.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly string[] Silent = ["description", "examples", "example", "format", "title", "default", "deprecated"];

    /// <summary>The faults; empty when the value is as it should be.</summary>
    public IReadOnlyList<string> Faults(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Place(schema, value, "$", faults);
        return faults;
    }

    // A value with all that is said of it, so that what nobody spoke of can be told.
    private void Place(JsonElement schema, JsonElement value, string where, List<string> faults)
    {
        var spoken = new HashSet<string>();
        Check(schema, value, where, faults, spoken);
        if (value.ValueKind != JsonValueKind.Object || spoken.Contains("*")) return;
        faults.AddRange(value.EnumerateObject().Where(member => !spoken.Contains(member.Name))
            .Select(member => $"{where}.{member.Name} is not in the document"));
    }

    private void Check(JsonElement schema, JsonElement value, string where, List<string> faults, HashSet<string> spoken)
    {
        if (value.ValueKind == JsonValueKind.Object && IsFree(schema)) spoken.Add("*");
        foreach (var word in schema.EnumerateObject())
        {
            var fault = word.Name switch
            {
                "$ref" => In(() => Check(Resolve(word.Value), value, where, faults, spoken)),
                "allOf" => In(() => { foreach (var part in word.Value.EnumerateArray()) Check(part, value, where, faults, spoken); }),
                "oneOf" => OneOf(word.Value, value, where, spoken),
                "type" => Types(word.Value).Contains(TypeOf(value)) || (TypeOf(value) == "integer" && Types(word.Value).Contains("number"))
                    ? null : $"is {TypeOf(value)}, not {word.Value}",
                "enum" => word.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? null : $"is {value}",
                "const" => JsonElement.DeepEquals(word.Value, value) ? null : $"is {value}, not {word.Value}",
                "properties" => In(() => Members(word.Value, value, where, faults, spoken)),
                "additionalProperties" => In(() => Others(schema, word.Value, value, where, faults, spoken)),
                "required" => Missing(word.Value, value),
                "items" => In(() => Items(word.Value, value, where, faults)),
                "minItems" => Length(value) >= word.Value.GetInt64() ? null : "is too short",
                "maxItems" => Length(value) <= word.Value.GetInt64() ? null : "is too long",
                "minLength" => Characters(value) is not { } length || length >= word.Value.GetInt64() ? null : "is too short",
                "maxLength" => Characters(value) is not { } length || length <= word.Value.GetInt64() ? null : "is too long",
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, word.Value.GetString()!)
                    ? null : $"is {value}",
                "minimum" => Number(value) is not { } number || number >= word.Value.GetDecimal() ? null : $"is {value}",
                "maximum" => Number(value) is not { } number || number <= word.Value.GetDecimal() ? null : $"is {value}",
                _ => Silent.Contains(word.Name) ? null : throw new NotSupportedException($"The check does not know {word.Name}."),
            };
            fault ??= word.NameEquals("format") ? Format(word.Value.GetString()!, value) : null;
            if (fault is not null) faults.Add($"{where} {fault} ({word.Name})");
        }
    }

    private static string? In(Action check)
    {
        check();
        return null;
    }

    private JsonElement Resolve(JsonElement reference) => reference.GetString()!.Split('/').Skip(1)
        .Aggregate(document, (at, name) => at.GetProperty(name));

    private string? OneOf(JsonElement ways, JsonElement value, string where, HashSet<string> spoken)
    {
        var fitting = ways.EnumerateArray().Where(way => Faults(way, value).Count == 0).ToList();
        if (fitting.Count != 1) return $"fits {fitting.Count} ways";
        Check(fitting[0], value, where, [], spoken);
        return null;
    }

    private void Members(JsonElement members, JsonElement value, string where, List<string> faults, HashSet<string> spoken)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var member in members.EnumerateObject())
        {
            spoken.Add(member.Name);
            if (value.TryGetProperty(member.Name, out var found)) Place(member.Value, found, $"{where}.{member.Name}", faults);
        }
    }

    private void Others(
        JsonElement schema, JsonElement others, JsonElement value, string where, List<string> faults, HashSet<string> spoken)
    {
        if (value.ValueKind != JsonValueKind.Object || others.ValueKind == JsonValueKind.False) return;
        spoken.Add("*");
        if (others.ValueKind != JsonValueKind.Object) return;
        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(member.Name, out _)) continue;
            Place(others, member.Value, $"{where}.{member.Name}", faults);
        }
    }

    private void Items(JsonElement schema, JsonElement value, string where, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Array) return;
        foreach (var item in value.EnumerateArray()) Place(schema, item, $"{where}[]", faults);
    }

    private static string? Missing(JsonElement names, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && names.EnumerateArray().FirstOrDefault(name => !value.TryGetProperty(name.GetString()!, out _)) is
        { ValueKind: JsonValueKind.String } missing ? $"lacks {missing}" : null;

    // An object of which nothing more is said, such as metadata.
    private static bool IsFree(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && Types(type).Contains("object")
        && !schema.TryGetProperty("properties", out _);

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.GetRawText().AsSpan().ContainsAny(".eE") ? "number" : "integer",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };

    private static string? Format(string format, JsonElement value) => (format, value.ValueKind) switch
    {
        (_, not (JsonValueKind.String or JsonValueKind.Number)) => null,
        ("uuid", JsonValueKind.String) => Guid.TryParseExact(value.GetString(), "D", out _) ? null : $"is {value}",
        ("date-time", JsonValueKind.String) => value.TryGetDateTime(out var time) && time.Kind == DateTimeKind.Utc ? null : $"is {value}",
        ("int64", JsonValueKind.Number) => value.TryGetInt64(out _) ? null : $"is {value}",
        ("int32", JsonValueKind.Number) => value.TryGetInt32(out _) ? null : $"is {value}",
        _ => null,
    };

    private static int Length(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;

    private static long? Characters(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()!.EnumerateRunes().LongCount() : null;

    private static decimal? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;
}
