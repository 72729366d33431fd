namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of rate limits promise.</summary>
internal static class RateLimitsContract
{
    private static readonly Shape Input = new("RateLimitInput",
        Field.Text("identifier", 200, "Who or what is counted, in your words.", "user-17", least: 1).Required(),
        Field.Text("type", 100, "What is counted, in your words, without a colon.", "generate", least: 1, pattern: "^[^:]+$")
            .Required(),
        Field.Whole("max_requests", 1, 1_000_000_000, "How many are let through in a window.", 10).Required(),
        Field.Whole("window_seconds", 1, 2_678_400, "How long a window is: 31 days at most.", 60).Required(),
        Field.OneOf("algorithm", "fixed windows, or one that slides; fixed when it is left out.", "fixed", "sliding"));

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("POST /v1/rate_limits/check", "checkRateLimit", "Count against a limit of your own",
            "Counts one request when it may go on. Refused or not, the answer is 200: allowed says which.")
        {
            Takes = Input,
            Answers = [new(200, "The limit after it.", new RateLimitBody(true, 1, 9, Samples.Time(60), 0))],
            Refuses = [Data.RefusalCode.InvalidAmount],
        },
    ];
}
