using CreditsAdmin.Data;
using CreditsAdmin.Data.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>One version of a price. Dollars are exact: JSON texts with plain decimals, such as "0.0000025". A null rate is no
/// price, which is not the same as "0". Credits are for the whole job, in place of dollars; times are UTC.</summary>
internal sealed record PriceBody(
    Guid Id, string? Provider, string? Model, string? Operation, string? InputPerMillion, string? CachedInputPerMillion,
    string? OutputPerMillion, string? PerImage, string? PerSecond, long? Credits, DateTime EffectiveFrom,
    DateTime? EffectiveTo, string Source)
{
    public static PriceBody Of(Price price) => new(
        price.Id, price.Provider, price.Model, price.Operation, Text(price.InputPerMillion), Text(price.CachedInputPerMillion),
        Text(price.OutputPerMillion), Text(price.PerImage), Text(price.PerSecond), price.Credits,
        price.EffectiveFrom.UtcDateTime, price.EffectiveTo?.UtcDateTime, price.Source);

    private static string? Text(decimal? dollars) => dollars is { } exact ? PlainDecimal.Text(exact) : null;
}

/// <summary>A page of versions, those made last first; <paramref name="NextCursor"/> is the next page's <c>before</c>.</summary>
internal sealed record PricesBody(IReadOnlyList<PriceBody> Data, bool HasMore, string? NextCursor);

/// <summary>Answers with one version.</summary>
internal sealed class PriceAnswer(int status, Price price) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        if (status == StatusCodes.Status201Created) headers.Location = $"/v1/prices/{price.Id}";
        return ApiJson.WriteAsync(httpContext, status, PriceBody.Of(price), ApiJson.Default.PriceBody);
    }
}

/// <summary>Answers with a page of versions.</summary>
internal sealed class PricesAnswer(Page<Price> page) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        var prices = page.Items.Select(PriceBody.Of).ToList();
        var next = page.HasOlder ? prices[^1].Id.ToString() : null;
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, new(prices, page.HasOlder, next),
            ApiJson.Default.PricesBody);
    }
}

/// <summary>Reads and sets prices.</summary>
internal static class PricesApi
{
    private const int LargestPage = 200;
    private const int LongestName = 200;

    /// <summary>What the JSON of a price may have.</summary>
    private static readonly string[] Members =
    [
        "provider", "model", "operation", "input_per_million", "cached_input_per_million", "output_per_million", "per_image",
        "per_second", "credits", "effective_from", "reason",
    ];

    public static void MapPrices(this RouteGroupBuilder v1)
    {
        v1.MapGet("/prices", ListAsync).RequireScope("prices:read");
        v1.MapGet("/prices/{id}", FindAsync).RequireScope("prices:read");
        v1.MapPost("/prices", SetAsync).RequireScope("prices:write");
    }

    private static async Task<Results<PricesAnswer, ProblemAnswer>> ListAsync(
        HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var input = new RequestQuery(http.Request, "provider", "model", "at", "history", "limit", "before");
        var filter = new PriceFilter(
            input.Text("provider", LongestName), input.Text("model", LongestName), input.Time("at"), input.Flag("history"));
        var limit = input.Number("limit", LargestPage, "limit must be a whole number from 1 to 200.") ?? 50;
        var before = input.OptionalId("before", ApiIds.Price);
        if (input.Problem is { } problem) return problem;
        var at = new Keyset<Guid>(Before: before, Size: (int)limit);
        return new PricesAnswer(await database.ReadForAsync(http, db => PriceQueries.ListAsync(db, filter, at, cancel), cancel));
    }

    private static async Task<Results<PriceAnswer, ProblemAnswer>> FindAsync(
        string id, HttpContext http, CreditsDatabase database, CancellationToken cancel)
    {
        var price = ApiIds.Parse(id, ApiIds.Price) is { } priceId
            ? await database.ReadForAsync(http, db => PriceQueries.FindAsync(db, priceId, cancel), cancel)
            : null;
        return price is not null
            ? new PriceAnswer(StatusCodes.Status200OK, price)
            : ProblemAnswer.Of(RefusalCode.UnknownPrice);
    }

    // Needs no idempotency key: the same price again is in force already.
    private static async Task<Results<PriceAnswer, ProblemAnswer>> SetAsync(
        HttpContext http, PriceCommands prices, CancellationToken cancel)
    {
        var input = await RequestBody.ReadAsync(http.Request, required: true, Members, cancel);
        var rates = new PriceRates(
            input.Decimal("input_per_million"), input.Decimal("cached_input_per_million"), input.Decimal("output_per_million"),
            input.Decimal("per_image"), input.Decimal("per_second"));
        var price = new PriceRequest(
            input.Text("provider"), input.Text("model"), input.Text("operation"), rates, input.Whole("credits"),
            input.Time("effective_from"), input.Text("reason"));
        if (input.Problem is { } problem) return problem;
        var set = await prices.SetAsync(price, ApiAccess.CallerOf(http), cancel);
        if (!set.Done) return ProblemAnswer.Of(set.Refusal);
        return new PriceAnswer(
            set.Value.Changed ? StatusCodes.Status201Created : StatusCodes.Status200OK, set.Value.Price);
    }
}
