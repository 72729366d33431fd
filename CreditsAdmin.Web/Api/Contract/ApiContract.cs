using System.Text.Json.Nodes;
using CreditsAdmin.Data.ApiKeys;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the API promises. Every route under /v1 stands in the list of its noun; a test says which one does
/// not.</summary>
internal static class ApiContract
{
    /// <summary>Every operation, in the order of the document.</summary>
    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. JobsContract.Operations,
        .. BalancesContract.Operations,
        .. LedgerContract.Operations,
        .. GrantsContract.Operations,
        .. ReceiptsContract.Operations,
        .. MeContract.Operations,
        .. PricesContract.Operations,
        .. UsageContract.Operations,
        .. RateLimitsContract.Operations,
        .. WebhooksContract.Operations,
    ];

    public static JsonObject Info() => new()
    {
        ["title"] = "CreditsAdmin",
        ["version"] = "1.0.0",
        ["summary"] = "Credits for products that sell AI generation.",
        ["description"] = """
            Charge a job before it runs, complete it or give its credits back, and read balances and the ledger.

            - Amounts of credits are whole JSON numbers; times are ISO 8601 in UTC.
            - Ids are uuids; requests may put a prefix before them, such as `usr_` or `job_`.
            - Whatever moves credits takes an `Idempotency-Key`: the same request with the same key is carried out once.
            - Bodies and queries are read strictly: a name that is not known is refused, and so is a name that comes twice.
            - Errors are problems (RFC 9457). Branch on `code`; the page at `type` says what to do.
            - Inside v1 only additions are made: new routes, new optional inputs, new members of answers.
            """,
    };

    public static JsonArray Tags() =>
    [
        Tag("jobs", "Work that costs credits: charged before it runs, then completed or failed."),
        Tag("balances", "How many credits a user has."),
        Tag("ledger_entries", "Everything that ever happened to a user's credits."),
        Tag("grants", "Credits that were given, with how many are left of them and until when."),
        Tag("receipts", "Payments: claimed here, verified by staff."),
        Tag("me", "What a user's own token shows of its user."),
        Tag("prices", "What models and operations cost, in versions that never overlap."),
        Tag("estimates", "What something would cost."),
        Tag("usage_records", "What models were used for, at its exact cost."),
        Tag("margins", "What models earn."),
        Tag("rate_limits", "Limits that a front end sets for its own users."),
        Tag("webhook_endpoints", "Where events are sent to."),
        Tag("webhook_deliveries", "What was sent, and sending it again."),
    ];

    public static JsonObject SecuritySchemes() => new()
    {
        ["apiKey"] = new JsonObject
        {
            ["type"] = "http",
            ["scheme"] = "bearer",
            ["bearerFormat"] = "ca_live_…",
            ["description"] = $"A front end's API key. It has some of the scopes {string.Join(", ", ApiKey.KnownScopes)}; "
                + "`jobs:write` includes `jobs:read`. Keep it on your server.",
        },
        ["userToken"] = new JsonObject
        {
            ["type"] = "http",
            ["scheme"] = "bearer",
            ["bearerFormat"] = "JWT",
            ["description"] = "A user's own Supabase token: it reads what is theirs and writes nothing.",
        },
    };

    private static JsonObject Tag(string name, string meaning) => new() { ["name"] = name, ["description"] = meaning };
}
