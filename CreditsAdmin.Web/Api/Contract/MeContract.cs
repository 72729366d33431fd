using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What a user's own token can ask about its user.</summary>
internal static class MeContract
{
    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("GET /v1/me", "getMe", "Read who I am", "The user whose token it is.")
        {
            Answers = [new(200, "The user.", new MeBody(Samples.User, "ana@example.com", "Ana", Samples.Time()))],
            Refuses = [RefusalCode.UnknownUser],
        },
        new("GET /v1/me/balance", "getMyBalance", "Read my credits", "As getBalance, for oneself.")
        {
            Query = [BalancesContract.AsOf],
            Headers = [BalancesContract.IfNoneMatch],
            Answers = BalancesContract.Answers,
            Refuses = [RefusalCode.UnknownUser],
        },
        new("GET /v1/me/jobs", "listMyJobs", "List my jobs", "Newest first.")
        {
            Query = [.. JobsContract.Query, ListFields.Before(Samples.SeqCursor), ListFields.After(Samples.SeqCursor)],
            Answers = JobsContract.ListAnswers,
        },
        new("GET /v1/me/ledger_entries", "listMyLedgerEntries", "List what happened to my credits", "Newest first.")
        {
            Query = LedgerContract.Query,
            Answers = LedgerContract.Answers,
        },
        new("GET /v1/me/grants", "listMyGrants", "List my grants", "Newest first, with what is left of each.")
        {
            Query = GrantsContract.Query,
            Answers = GrantsContract.ListAnswers,
        },
        new("GET /v1/me/receipts", "listMyReceipts", "List my payments", "Newest first.")
        {
            Query = ReceiptsContract.Query,
            Answers = ReceiptsContract.ListAnswers,
        },
        ReceiptsContract.ClaimOperation("POST /v1/me/receipts", "claimMyReceipt"),
    ];
}
