using System.Text.Json.Nodes;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>One value that a request may bring, with the limits that the reader and the database keep.</summary>
/// <param name="Name">The member of the body, the query parameter or the part of the path.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Schema">Its JSON schema. Made anew at every call, because a node of JSON has one place only.</param>
/// <param name="Example">A value that works, as JSON.</param>
internal sealed record Field(string Name, string Meaning, Func<JsonObject> Schema, string Example)
{
    private const string Uuid = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}";

    /// <summary>A request without it is refused.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The same value where it must be given.</summary>
    public Field Required() => this with { IsRequired = true };

    /// <summary>An id: a uuid, or the same after its prefix.</summary>
    public static Field Id(string name, string prefix, string meaning) => new(
        name, meaning, () => new() { ["type"] = "string", ["pattern"] = $"^({prefix})?({Uuid})$" },
        $"\"{prefix}0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10\"");

    /// <summary>A text of so many characters.</summary>
    public static Field Text(
        string name, int most, string meaning, string example, int least = 0, string? pattern = null) => new(
        name, meaning, () =>
        {
            var schema = new JsonObject { ["type"] = "string", ["minLength"] = least, ["maxLength"] = most };
            if (pattern is not null) schema["pattern"] = pattern;
            return schema;
        }, JsonValue.Create(example).ToJsonString());

    /// <summary>A whole JSON number in this range.</summary>
    public static Field Whole(string name, long least, long most, string meaning, long example) => new(
        name, meaning, () => new() { ["type"] = "integer", ["format"] = "int64", ["minimum"] = least, ["maximum"] = most },
        $"{example}");

    /// <summary>An amount of credits, of at least <paramref name="least"/>.</summary>
    public static Field Credits(string name, string meaning, long least = 1) =>
        Whole(name, least, 1_000_000_000_000, meaning, 2);

    /// <summary>A JSON object of the caller's own.</summary>
    public static Field Json(string name, int most, string meaning, string example) => new(
        name, $"{meaning} At most {most} characters of JSON.",
        () => new() { ["type"] = "object", ["additionalProperties"] = true }, example);

    /// <summary>A list of objects of one shape.</summary>
    public static Field List(string name, int least, int most, Shape of, string meaning) => new(
        name, meaning, () => new()
        {
            ["type"] = "array",
            ["minItems"] = least,
            ["maxItems"] = most,
            ["items"] = new JsonObject { ["$ref"] = $"#/components/schemas/{of.Name}" },
        }, $"[{of.Example}]")
    {
        Items = of,
    };

    /// <summary>A moment with its zone.</summary>
    public static Field Time(string name, string meaning, string example = "2026-01-31T12:00:00Z") => new(
        name, meaning, () => new() { ["type"] = "string", ["format"] = "date-time", ["maxLength"] = 32 }, $"\"{example}\"");

    /// <summary>A day, UTC.</summary>
    public static Field Day(string name, string meaning, string example) => new(
        name, meaning, () => new() { ["type"] = "string", ["format"] = "date" }, $"\"{example}\"");

    /// <summary>An exact number that need not be whole, from 0: a JSON text, or a whole JSON number.</summary>
    public static Field Exact(string name, string meaning, string example) => new(
        name, $"{meaning} A text with a plain decimal, so that it stays exact; a whole number may be a JSON number.",
        () => new()
        {
            ["type"] = new JsonArray("string", "integer"),
            ["pattern"] = @"^[0-9]{1,13}(\.[0-9]{1,15})?$",
            ["minimum"] = 0,
        }, $"\"{example}\"");

    /// <summary>true or false.</summary>
    public static Field Flag(string name, string meaning) => new(name, meaning, () => new() { ["type"] = "boolean" }, "true");

    /// <summary>A list of some of these words.</summary>
    public static Field SomeOf(string name, string meaning, params IEnumerable<string> words) => new(name, meaning, () => new()
    {
        ["type"] = "array",
        ["minItems"] = 1,
        ["items"] = OneOf(name, meaning, [.. words]).Schema(),
    }, $"[\"{words.First()}\"]");

    /// <summary>One of these words.</summary>
    public static Field OneOf(string name, string meaning, params string[] words) => new(
        name, meaning, () => new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) },
        $"\"{words[0]}\"");

    /// <summary>The shape of a list's objects.</summary>
    public Shape? Items { get; private init; }
}
