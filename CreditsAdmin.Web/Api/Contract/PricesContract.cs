using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of prices and estimates promise.</summary>
internal static class PricesContract
{
    private static readonly Field Provider = Field.Text("provider", 200, "Who runs the model.", "openai", least: 1);
    private static readonly Field Model = Field.Text("model", 200, "The model.", "gpt-4o", least: 1);
    private static readonly Field Operation = Field.Text(
        "operation", 100, "An operation with a price in credits.", "image", least: 1);

    private static readonly Shape Input = new("PriceInput",
        Provider, Model, Operation,
        Field.Exact("input_per_million", "Dollars for a million input tokens.", "2.5"),
        Field.Exact("cached_input_per_million", "Dollars for a million input tokens that were cached.", "1.25"),
        Field.Exact("output_per_million", "Dollars for a million output tokens.", "10"),
        Field.Exact("per_image", "Dollars for an image.", "0.04"),
        Field.Exact("per_second", "Dollars for a second.", "0.0000025"),
        Field.Credits("credits", "Fixed credits for the whole operation, in place of dollars.", least: 0),
        Field.Time("effective_from", "From when; now when it is left out.", "2030-01-01T00:00:00Z"),
        Field.Text("reason", 500, "Why, for whoever looks at it later.", "The provider's new list", least: 1))
    {
        Sample = """{"provider":"openai","model":"gpt-4o","input_per_million":"2.5","output_per_million":"10"}""",
    };

    private static readonly Shape Estimate = new("EstimateInput",
        [Field.Id("user", ApiIds.User, "Whose balance to look at."), Provider, Model, Operation, .. UsageContract.Quantities])
    {
        Sample = """{"provider":"openai","model":"gpt-4o","input_tokens":1200,"output_tokens":300}""",
    };

    private static readonly PriceBody Example = new(
        Samples.Id, "openai", "gpt-4o", null, "2.5", "1.25", "10", null, null, null, Samples.Time(), null, "api");

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("GET /v1/prices", "listPrices", "List prices", "Those in force now, or at a moment, or all versions.")
        {
            Query =
            [
                Provider, Model, Field.Time("at", "Those in force then; now when it is left out."),
                Field.OneOf("history", "true lists every version.", "true", "false"), ListFields.Limit,
                Field.Id("before", ApiIds.Price, "The next_cursor of the page before."),
            ],
            Answers = [new(200, "A page of prices.", new PricesBody([Example], HasMore: false, NextCursor: null))],
        },
        new("GET /v1/prices/{id}", "getPrice", "Read a price", "One version of a price.")
        {
            Path = [Field.Id("id", ApiIds.Price, "The version.")],
            Answers = [new(200, "The price.", Example)],
            Refuses = [UnknownPrice],
        },
        new("POST /v1/prices", "setPrice", "Set a price",
            "Makes a new version from a moment on. The same price again changes nothing, so it takes no Idempotency-Key.")
        {
            Takes = Input,
            Answers =
            [
                new(200, "This price is in force already.", Example),
                new(201, "The new version.", Example, "Location"),
            ],
            Refuses = [InvalidAmount, PriceWasInForce],
        },
        new("POST /v1/estimates", "estimate", "Say what something would cost",
            "At the price in force, in dollars and in whole credits, rounded up; with a user also whether it is enough. "
            + "Moves nothing.")
        {
            Takes = Estimate,
            Answers =
            [
                new(200, "The estimate.", new EstimateBody(
                    Samples.Id, "openai", "gpt-4o", null, "0.006", "0.006", 1, Samples.User, 98, true, 0)),
            ],
            Refuses = [UnknownUser, InvalidAmount, UnknownPrice],
        },
    ];
}
