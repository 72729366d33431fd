using CsvHelper;

namespace CreditsAdmin.Data.Pricing;

/// <summary>Reads a table with the columns of the view model_pricing: provider_id, model_id and some rates, in dollars for a
/// thousand tokens, an image or a second. Its first line names them, in any order; other columns do not matter.</summary>
internal static class CsvPrices
{
    private const int PerMillion = 3;

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        TrimWhitespace = true,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    /// <exception cref="FormatException">It is no such table.</exception>
    public static PriceList Read(string text)
    {
        try
        {
            using var csv = CsvReader.FromText(text, Options);
            csv.ReadHeader();
            if (!csv.TryGetFieldIndex("provider_id", out var provider) || !csv.TryGetFieldIndex("model_id", out var model))
            {
                throw new FormatException(
                    "This is neither JSON nor a table whose first line names columns, among them provider_id and model_id.");
            }

            var list = new PriceList();
            while (csv.Read()) Add(list, csv, provider, model);
            return list;
        }
        catch (CsvFormatException error)
        {
            throw new FormatException($"This is no table of prices: {error.Message}", error);
        }
    }

    private static void Add(PriceList list, CsvReader csv, int provider, int model)
    {
        var line = $"line {csv.LineNumber}";
        // A comma too many, such as a decimal one, would move every price one column on.
        if (csv.FieldCount != csv.Headers.Count)
        {
            list.LeaveOut(line, $"it has {csv.FieldCount} values for {csv.Headers.Count} columns");
            return;
        }

        string? fault = null;
        var rates = new PriceRates(
            Rate("input_price_per_1k_tokens", PerMillion), Rate("cached_input_price_per_1k_tokens", PerMillion),
            Rate("output_price_per_1k_tokens", PerMillion), Rate("price_per_image", 0), Rate("price_per_second", 0));
        fault ??= rates == new PriceRates() ? "it says nothing about what it costs" : null;
        if (fault is not null) list.LeaveOut(line, fault);
        else list.Add(line, csv.GetString(provider), csv.GetString(model), rates);

        decimal? Rate(string column, int power)
        {
            if (!csv.TryGetFieldIndex(column, out var index) || csv.GetString(index) is not { Length: > 0 } text) return null;
            var (dollars, wrong) = PriceList.Rate(column, text, power);
            fault ??= wrong;
            return dollars;
        }
    }
}
