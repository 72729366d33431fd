namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of the ledger promise.</summary>
internal static class LedgerContract
{
    /// <summary>What a list of entries can be narrowed and paged by.</summary>
    public static readonly Field[] Query =
    [
        Field.OneOf("kind", "Only entries of this kind.",
            "charge", "grant", "purchase", "refund", "clawback", "expiry", "adjustment"),
        Field.Id("job", ApiIds.Job, "Only entries of this job."),
        ListFields.From, ListFields.To, ListFields.Limit,
        ListFields.Before(Samples.SeqCursor), ListFields.After(Samples.SeqCursor),
    ];

    public static readonly ApiAnswer[] Answers =
    [
        new(200, "A page of entries.", new LedgerBody(
        [
            new(Id: 4711, Samples.User, Seq: 17, "charge", Delta: -2, FreeDelta: -2, BalanceAfter: 98, FreeAfter: 3,
                JobId: Samples.Id, ReceiptId: null, GrantId: null, "image", Samples.Time(), ReversesId: null, ReversedById: null),
        ], HasMore: true, NextCursor: Samples.SeqCursor), "Link"),
    ];

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("GET /v1/ledger_entries", "listLedgerEntries", "List what happened to a user's credits",
            "Newest first. For the next page, send next_cursor as before.")
        {
            Query = [Field.Id("user", ApiIds.User, "The user.").Required(), .. Query],
            Answers = Answers,
        },
    ];
}
