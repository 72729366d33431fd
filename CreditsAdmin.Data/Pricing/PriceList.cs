namespace CreditsAdmin.Data.Pricing;

/// <summary>What a list says that a model costs.</summary>
public sealed record ModelPrice(string Provider, string Model, PriceRates Rates);

/// <summary>An entry of a list that becomes no price.</summary>
/// <param name="Entry">Its name, or its line.</param>
/// <param name="Why">A sentence without its end.</param>
public sealed record LeftOut(string Entry, string Why);

/// <summary>A list of prices as somebody else keeps it: what can be used of it, and why the rest cannot.</summary>
public sealed class PriceList
{
    private const decimal TooMuch = 1_000_000_000;
    private const int LongestName = 200;
    private const int MostPlaces = 15;

    private readonly List<ModelPrice> prices = [];
    private readonly List<LeftOut> leftOut = [];
    private readonly HashSet<(string Provider, string Model)> seen = [];

    public IReadOnlyList<ModelPrice> Prices => prices;

    public IReadOnlyList<LeftOut> LeftOut => leftOut;

    /// <summary>Reads LiteLLM's JSON, or CSV: what begins with a brace is JSON.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static PriceList Read(string text) =>
        text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith("{") ? LiteLlmPrices.Read(text) : CsvPrices.Read(text);

    internal void LeaveOut(string entry, string why) => leftOut.Add(new(entry, why));

    /// <summary>Takes an entry whose rates were found, unless something about it cannot be stored.</summary>
    internal void Add(string entry, string? provider, string? model, PriceRates rates)
    {
        if (FaultOf("provider", provider) is { } fault || (fault = FaultOf("model", model)) is not null) LeaveOut(entry, fault);
        else if (!seen.Add((provider!, model!))) LeaveOut(entry, $"{provider} {model} stands further up already");
        else prices.Add(new(provider!, model!, rates));
    }

    /// <summary>Dollars of a text, times ten to the <paramref name="power"/>; null and why when it cannot be used.</summary>
    internal static (decimal? Dollars, string? Fault) Rate(string name, string text, int power) =>
        PlainDecimal.Parse(text, power) is { } dollars and >= 0 and < TooMuch && PlacesOf(dollars) <= MostPlaces
            ? (dollars, null)
            : (null, $"{name} is {Shorten(text)}, which is no number of dollars from 0 that can be kept exactly");

    private static string? FaultOf(string what, string? name) =>
        string.IsNullOrWhiteSpace(name) ? $"it names no {what}"
        : name.Length > LongestName ? $"its {what} is longer than {LongestName} characters"
        : name != name.Trim(' ') || name.Any(char.IsControl) || name.Any(char.IsSurrogate)
            ? $"its {what} begins or ends with a space or has characters that no name has"
        : null;

    private static int PlacesOf(decimal number) => (decimal.GetBits(number)[3] >> 16) & 0xFF;

    private static string Shorten(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
}
