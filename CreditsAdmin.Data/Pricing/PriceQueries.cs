using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Pricing;

/// <summary>Which versions to list; null means all.</summary>
/// <param name="Provider">Of this provider.</param>
/// <param name="Model">Of this model.</param>
/// <param name="At">In force at this moment; null means now.</param>
/// <param name="History">Every version there ever was or will be, whatever <paramref name="At"/> says.</param>
public sealed record PriceFilter(
    string? Provider = null, string? Model = null, DateTimeOffset? At = null, bool History = false);

/// <summary>Reads prices.</summary>
public static class PriceQueries
{
    /// <summary>One version, in force or not; null when there is none with this id.</summary>
    public static Task<Price?> FindAsync(CreditsDb db, Guid id, CancellationToken cancel) =>
        db.PublicPrices.SingleOrDefaultAsync(price => price.Id == id, cancel);

    /// <summary>Versions, those that were made last first.</summary>
    public static Task<Page<Price>> ListAsync(
        CreditsDb db, PriceFilter filter, Keyset<Guid> at, CancellationToken cancel)
    {
        var prices = db.PublicPrices.AsQueryable();
        if (filter.Provider is { } provider) prices = prices.Where(price => price.Provider == provider);
        if (filter.Model is { } model) prices = prices.Where(price => price.Model == model);
        if (!filter.History && filter.At?.ToUniversalTime() is { } moment)
        {
            prices = prices.Where(price => price.EffectiveFrom <= moment
                && (price.EffectiveTo == null || moment < price.EffectiveTo));
        }
        else if (!filter.History)
        {
            // The database's clock, which also says when a version begins.
            prices = prices.Where(price => price.EffectiveFrom <= DateTimeOffset.UtcNow
                && (price.EffectiveTo == null || DateTimeOffset.UtcNow < price.EffectiveTo));
        }

        return prices.PageAsync(price => price.Id, at, price => price, cancel);
    }
}
