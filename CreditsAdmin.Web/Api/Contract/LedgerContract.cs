namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of the ledger promise.</summary>
internal static class LedgerContract
{
    private static readonly LedgerEntryBody Entry = new(
        Id: 4711, Guid.Parse("6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10"), Seq: 17, "charge", Delta: -2, FreeDelta: -2,
        BalanceAfter: 98, FreeAfter: 3, JobId: Guid.Parse("0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10"), ReceiptId: null,
        GrantId: null, "image", new(2026, 1, 31, 10, 0, 0, DateTimeKind.Utc), ReversesId: null, ReversedById: null);

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("GET /v1/ledger_entries", "listLedgerEntries", "List what happened to a user's credits",
            "Newest first. For the next page, send next_cursor as before.")
        {
            Query =
            [
                Field.Id("user", ApiIds.User, "The user.").Required(),
                Field.Whole("limit", 1, 200, "Entries on a page; 50 when it is left out.", 50),
                Field.Whole("before", 1, long.MaxValue, "The next_cursor of an earlier page.", 18),
            ],
            Answers = [new(200, "A page of entries.", new LedgerBody([Entry], HasMore: true, NextCursor: "17"))],
        },
    ];
}
