using System.Text.Json;

namespace CreditsAdmin.Data.Pricing;

/// <summary>Reads LiteLLM's <c>model_prices_and_context_window.json</c>: an object with a member for each model, named as the
/// model is called, with dollars for one token, image or second. Only the plain rates count: those of tiers, batches and
/// priorities have no place in a price.</summary>
internal static class LiteLlmPrices
{
    private const int PerMillion = 6;

    /// <exception cref="FormatException">It is not such an object.</exception>
    public static PriceList Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var list = new PriceList();
            foreach (var entry in json.RootElement.EnumerateObject()) Add(list, entry);
            return list;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second: a text with half a character in it.
            throw new FormatException($"This is no list of prices in JSON: {error.Message}", error);
        }
    }

    private static void Add(PriceList list, JsonProperty entry)
    {
        if (entry.Name == "sample_spec") list.LeaveOut(entry.Name, "it describes the format");
        else if (entry.Value.ValueKind != JsonValueKind.Object) list.LeaveOut(entry.Name, "it is no JSON object");
        else if (RatesOf(entry.Value, out var fault) is not { } rates) list.LeaveOut(entry.Name, fault!);
        else list.Add(entry.Name, Text(entry.Value, "litellm_provider"), entry.Name, rates);
    }

    private static PriceRates? RatesOf(JsonElement model, out string? fault)
    {
        string? first = null;
        var mode = Text(model, "mode");
        var rates = new PriceRates(
            Rate("input_cost_per_token", PerMillion), Rate("cache_read_input_token_cost", PerMillion),
            Rate("output_cost_per_token", PerMillion),
            // Where images are made. Elsewhere the input's rate is for an image that is looked at.
            Priced("output_cost_per_image", mode is "image_generation" or "image_edit" ? "input_cost_per_image" : null),
            // A recording has both and costs one of them.
            Priced("output_cost_per_second", "output_cost_per_video_per_second") is { } second and > 0
                ? second
                : Rate("input_cost_per_second", 0));
        fault = first ?? (rates == new PriceRates() ? WhyNone(model) : null);
        return fault is null ? rates : null;

        decimal? Priced(string name, string? otherwise) =>
            Rate(name, 0) is { } dollars and > 0 ? dollars
            : otherwise is not null ? Rate(otherwise, 0) ?? Rate(name, 0)
            : Rate(name, 0);

        decimal? Rate(string name, int power)
        {
            if (!model.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
            var (dollars, wrong) = PriceList.Rate(
                name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), power);
            first ??= wrong;
            return dollars;
        }
    }

    private static string WhyNone(JsonElement model)
    {
        var others = model.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null)
            .Select(member => member.Name)
            .Where(name => name.Contains("cost", StringComparison.Ordinal) || name == "tiered_pricing").ToList();
        return others.Count == 0
            ? "it says nothing about what it costs"
            : $"it costs by what a price has no rate for: {string.Join(", ", others.Take(3))}";
    }

    private static string? Text(JsonElement model, string name) =>
        model.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
