using System.Globalization;
using System.Text.Json;
using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <summary>The JSON object of a POST with its Idempotency-Key, read strictly: what the database would choke on, or
/// read otherwise than the sender meant it, is refused before.</summary>
internal sealed partial class RequestBody : RequestInput
{
    // Missing when its texts or numbers are not safe to touch.
    private readonly JsonElement? body;

    private RequestBody(JsonElement json, string[] known)
    {
        if (StrictJson.FindFault(json) is { } fault)
        {
            Refuse(RefusalCode.InvalidInput, fault.Member, fault.Detail);
            return;
        }

        RefuseUnknown(json.EnumerateObject().Select(member => member.Name), known);
        body = json;
    }

    private RequestBody(ProblemKind unreadable) => Unreadable = unreadable;

    /// <summary>Reads a body whose members are all among the known ones. Without <paramref name="required"/> there may
    /// be none, which counts as an empty object.</summary>
    public static async Task<RequestBody> ReadAsync(
        HttpRequest request, bool required, string[] known, CancellationToken cancel)
    {
        var (json, unreadable) = await StrictJson.ReadAsync(request, required, cancel);
        return unreadable is null ? new(json, known) : new(unreadable);
    }

    /// <summary>One of several objects in a body that was read already, each as strict as a body of its own.</summary>
    public static RequestBody Of(JsonElement json, string[] known) =>
        json.ValueKind == JsonValueKind.Object ? new(json, known) : new(CreditProblems.MalformedJson);

    public Guid Id(string name, string prefix) => body is null
        ? default
        : ParseId(name, Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null, prefix);

    /// <summary>Whether the member is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A moment, UTC; null when it is missing.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        if (ApiTimes.Parse(text) is { } time) return time;
        Refuse(RefusalCode.InvalidInput, name, $"{name} {ApiTimes.Rule}");
        return null;
    }

    /// <summary>A text; null when it is missing.</summary>
    public string? Text(string name) => Read(
        name, value => value.ValueKind == JsonValueKind.String ? value.GetString() : null, "must be a text.");

    /// <summary>A text in which <paramref name="findFault"/> finds none; null when it is missing.</summary>
    public string? Text(string name, Func<string, string?> findFault)
    {
        if (Text(name) is not { } text) return null;
        if (findFault(text) is not { } fault) return text;
        Refuse(RefusalCode.InvalidInput, name, fault);
        return null;
    }

    /// <summary>A list of texts; null when it is missing.</summary>
    public IReadOnlyList<string>? Texts(string name) => Read(
        name,
        value => value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String)
            ? value.EnumerateArray().Select(one => one.GetString()!).ToList()
            : null,
        "must be a list of texts.");

    /// <summary>True or false; null when it is missing.</summary>
    public bool? Flag(string name) => Read<bool?>(
        name,
        value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null,
        "must be true or false.");

    /// <summary>A whole JSON number; null when it is missing.</summary>
    public long? Whole(string name) =>
        Read(name, WholeOf, "is not a whole JSON number.", RefusalCode.InvalidAmount);

    /// <summary>A number that need not be whole, exact: a JSON text such as "0.0000025", or a whole JSON number; null when it
    /// is missing.</summary>
    public decimal? Decimal(string name) => Read(
        name,
        value => ApiValues.Decimal(value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : WholeOf(value)?.ToString(CultureInfo.InvariantCulture)),
        $"must be {ApiValues.DecimalForm}.");

    /// <summary>An id that may be missing.</summary>
    public Guid? OptionalId(string name, string prefix) => Find(name) is null ? null : Id(name, prefix);

    /// <summary>A JSON object as it came; null when it is missing.</summary>
    public string? Json(string name, int longest) => Read(
        name,
        value => value.ValueKind == JsonValueKind.Object && value.GetRawText() is { } json && json.Length <= longest
            ? json : null,
        $"must be a JSON object of at most {longest} characters.");

    private static long? WholeOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    // What a member says; when it cannot be used, the rule is told.
    private T? Read<T>(
        string name, Func<JsonElement, T?> find, string rule, RefusalCode code = RefusalCode.InvalidInput)
    {
        if (Find(name) is not { } value) return default;
        if (find(value) is { } found) return found;
        Refuse(code, name, $"{name} {rule}");
        return default;
    }

    // A member that is null says the same as a missing one.
    private JsonElement? Find(string name) =>
        body is { } json && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}
