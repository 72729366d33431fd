namespace CreditsAdmin.Data.Pricing;

/// <summary>One version of a price, as users and front ends may see it. Dollars are exact, times UTC. What is null has no
/// price, which is not the same as 0.</summary>
public sealed class Price
{
    public Guid Id { get; init; }

    /// <summary>Null together with <see cref="Model"/>: whatever the model, the operation costs so many credits.</summary>
    public string? Provider { get; init; }

    public string? Model { get; init; }

    /// <summary>Null: whatever the operation.</summary>
    public string? Operation { get; init; }

    /// <summary>Dollars for a million input tokens.</summary>
    public decimal? InputPerMillion { get; init; }

    /// <summary>The same for those that the provider had in its cache; null when they cost what others do.</summary>
    public decimal? CachedInputPerMillion { get; init; }

    /// <summary>Dollars for a million output tokens.</summary>
    public decimal? OutputPerMillion { get; init; }

    /// <summary>Dollars for an image that is made.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>Dollars for a second of sound or film.</summary>
    public decimal? PerSecond { get; init; }

    /// <summary>Credits for the whole job, in place of dollars.</summary>
    public long? Credits { get; init; }

    public DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>The first moment after it; null while none is known.</summary>
    public DateTimeOffset? EffectiveTo { get; init; }

    /// <summary>manual or import.</summary>
    public string Source { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What a model costs: dollars, exact, from 0 to less than 1,000,000,000 with at most 15 decimal places. Null is no
/// price, which is not the same as 0.</summary>
/// <param name="InputPerMillion">For a million input tokens.</param>
/// <param name="CachedInputPerMillion">For a million of those that the provider had in its cache.</param>
/// <param name="OutputPerMillion">For a million output tokens.</param>
/// <param name="PerImage">For an image that is made.</param>
/// <param name="PerSecond">For a second of sound or film.</param>
public sealed record PriceRates(
    decimal? InputPerMillion = null, decimal? CachedInputPerMillion = null, decimal? OutputPerMillion = null,
    decimal? PerImage = null, decimal? PerSecond = null)
{
    /// <summary>Each rate with its name in SQL and JSON.</summary>
    public IEnumerable<(string Name, decimal? Dollars)> Named =>
    [
        ("input_per_million", InputPerMillion), ("cached_input_per_million", CachedInputPerMillion),
        ("output_per_million", OutputPerMillion), ("per_image", PerImage), ("per_second", PerSecond),
    ];
}
