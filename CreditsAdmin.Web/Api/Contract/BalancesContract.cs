using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of balances promise.</summary>
internal static class BalancesContract
{
    public static readonly Field AsOf = Field.Time(
        "as_of", "As it was at this moment, which must not be in the future. The past has no ETag.", "2026-01-31T12:00:00Z");

    public static readonly Field IfNoneMatch = Field.Text("If-None-Match", 1_000, "The ETag of an earlier answer.", "\"17\"");

    public static readonly ApiAnswer[] Answers =
    [
        new(200, "The user's credits.", new BalanceBody(Samples.User, Available: 98, Free: 3, Paid: 95, Version: 17)
        {
            Held = 2,
            NextExpiry = new(Samples.Time(86_400), 3),
        }, "ETag"),
        new(304, "Nothing moved since.", null, "ETag"),
    ];

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("GET /v1/balances/{user}", "getBalance", "Read a user's credits",
            "Ask with If-None-Match and the ETag of the last answer: 304 says that nothing moved since.")
        {
            Path = [Field.Id("user", ApiIds.User, "The user.")],
            Query = [AsOf],
            Headers = [IfNoneMatch],
            Answers = Answers,
            Refuses = [RefusalCode.UnknownUser],
        },
    ];
}
