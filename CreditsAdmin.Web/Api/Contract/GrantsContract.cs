using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of grants promise.</summary>
internal static class GrantsContract
{
    private static readonly Field Id = Field.Id("id", ApiIds.Grant, "The grant.");

    private static readonly Field IfMatch = Field.Text("If-Match", 1_000,
        "The ETag of the user's balance: the grant is made to that balance or not at all (412).", "*");

    private static readonly Shape Input = new("GrantInput",
        Field.Id("user", ApiIds.User, "Who gets them.").Required(),
        Field.Credits("credits", "How many.").Required(),
        Field.OneOf("category", "promotional: free credits; paid: bought ones.", "promotional", "paid").Required(),
        Field.Text("reason", 500, "Why, for whoever looks at it later.", "A welcome gift", least: 1).Required(),
        Field.Whole("priority", 0, 1_000, "Smaller ones are spent first.", 100),
        Field.Time("effective_at", "When they can be spent; now when it is left out. At most ten years ahead.",
            "2030-01-01T00:00:00Z"),
        Field.Time("expires_at", "When what is left is lost; never when it is left out.", "2031-01-01T00:00:00Z"));

    private static readonly Shape Void = new("VoidGrantInput",
        Field.Text("reason", 500, "Why, for whoever looks at it later.", "Given to the wrong user", least: 1).Required());

    private static readonly GrantBody Example = new(
        Samples.Id, Samples.User, "promotional", "admin", "open", 10, 3, 100, Samples.Time(), Samples.Time(86_400), null,
        Samples.Time(), null);

    public static readonly Field[] Query =
        [ListFields.Limit, ListFields.Before(Samples.IdCursor), ListFields.After(Samples.IdCursor)];

    public static readonly ApiAnswer[] ListAnswers =
        [new(200, "A page of grants.", new GrantListBody([Example], HasMore: true, NextCursor: Samples.IdCursor), "Link")];

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("POST /v1/grants", "grantCredits", "Grant credits",
            "API keys together grant one user as much within 24 hours as one admin may adjust alone.")
        {
            Takes = Input,
            IsIdempotent = true,
            Headers = [IfMatch],
            Answers =
            [
                new(201, "The grant.", new MadeGrantBody(Samples.Id, Samples.User, "promotional", "open", 10, 100,
                    Samples.Time(), null, Samples.Time(), Samples.Balance), "Location"),
            ],
            Refuses = [UnknownUser, InvalidAmount, GrantAboveLimit, BalanceMoved],
        },
        new("GET /v1/grants", "listGrants", "List a user's grants", "Newest first, with what is left of each.")
        {
            Query = [Field.Id("user", ApiIds.User, "The user.").Required(), .. Query],
            Answers = ListAnswers,
        },
        new("GET /v1/grants/{id}", "getGrant", "Read a grant", "The grant, with what is left of it now.")
        {
            Path = [Id],
            Answers = [new(200, "The grant.", Example)],
            Refuses = [UnknownGrant],
        },
        new("POST /v1/grants/{id}/void", "voidGrant", "End a grant", "Takes back what is left of it.")
        {
            Path = [Id],
            Takes = Void,
            IsIdempotent = true,
            Answers =
            [
                new(200, "What was taken back.",
                    new VoidedGrantBody(Samples.Id, Samples.User, "voided", TakenBack: 3, Samples.Balance)),
            ],
            Refuses = [UnknownGrant, GrantAlreadyClosed],
        },
    ];
}
