using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of receipts promise.</summary>
internal static class ReceiptsContract
{
    private static readonly Shape Claim = new("ReceiptInput",
        Field.Id("user", ApiIds.User, "Who paid. A user's own token may leave it out."),
        Field.OneOf("provider", "Who took the money; bmc when it is left out.", "bmc", "stripe", "manual"),
        Field.Text("reference", 100, "The provider's reference. A payment counts once.", "BMC-17", least: 1).Required(),
        Field.Whole("amount_cents", 1, 100_000_000, "What was paid, in cents of the currency.", 500).Required(),
        Field.Text(
            "currency", 3, "Three capital letters (ISO 4217); USD when it is left out.", "USD", least: 3, pattern: "^[A-Z]{3}$"),
        Field.Text("note", 500, "Anything that helps to find the payment.", "Paid on Monday"));

    private static readonly ReceiptBody Example = new(
        Samples.Id, Samples.User, "bmc", "BMC-17", 500, "USD", "pending", null, Samples.Time(), null, null);

    public static readonly Field[] Query =
    [
        Field.OneOf("status", "Only receipts of this status.", "pending", "verified", "rejected"),
        Field.OneOf("provider", "Only payments to this provider.", "bmc", "stripe", "manual"),
        ListFields.Limit, ListFields.Before(Samples.IdCursor), ListFields.After(Samples.IdCursor),
    ];

    public static readonly ApiAnswer[] ListAnswers =
        [new(200, "A page of receipts.", new ReceiptListBody([Example], HasMore: true, NextCursor: Samples.IdCursor), "Link")];

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        ClaimOperation("POST /v1/receipts", "claimReceipt"),
        new("GET /v1/receipts", "listReceipts", "List receipts", "Newest first: one user's, or everybody's.")
        {
            Query = [ListFields.User, .. Query],
            Answers = ListAnswers,
        },
        new("GET /v1/receipts/{id}", "getReceipt", "Read a receipt", "The receipt as it is now.")
        {
            Path = [Field.Id("id", ApiIds.Receipt, "The receipt.")],
            Answers = [new(200, "The receipt.", Example)],
            Refuses = [UnknownReceipt],
        },
    ];

    /// <summary>Claiming, which has two addresses.</summary>
    public static ApiOperation ClaimOperation(string route, string id) => new(route, id, "Claim a payment",
        "Says that somebody paid. Credits come when staff have verified it.")
    {
        Takes = Claim,
        IsIdempotent = true,
        Answers = [new(201, "The receipt, pending.", Example, "Location")],
        Refuses = [UnknownUser, InvalidAmount, DuplicateReference, TooManyClaims],
    };
}
