using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of balances promise.</summary>
internal static class BalancesContract
{
    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("GET /v1/balances/{user}", "getBalance", "Read a user's credits",
            "Ask with If-None-Match and the ETag of the last answer: 304 says that nothing moved since.")
        {
            Path = [Field.Id("user", ApiIds.User, "The user.")],
            Headers = [Field.Text("If-None-Match", 1_000, "The ETag of an earlier answer.", "\"17\"")],
            Answers =
            [
                new(200, "The user's credits.", new BalanceBody(
                    Guid.Parse("6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10"), Available: 98, Free: 3, Paid: 95, Version: 17), "ETag"),
                new(304, "Nothing moved since.", null, "ETag"),
            ],
            Refuses = [RefusalCode.UnknownUser],
        },
    ];
}
