using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of usage promise.</summary>
internal static class UsageContract
{
    /// <summary>How much of a model something takes.</summary>
    public static readonly Field[] Quantities =
    [
        Quantity("input_tokens", "Input tokens that were not cached."),
        Quantity("cached_input_tokens", "Input tokens that were cached."),
        Quantity("output_tokens", "Output tokens."),
        Quantity("images", "Images."),
        Field.Exact("seconds", "Seconds.", "1.5"),
    ];

    private static readonly Field[] Fields =
    [
        Field.Id("user", ApiIds.User, "Who used it, and pays for it.").Required(),
        Field.Text("provider", 200, "Who runs the model.", "openai", least: 1).Required(),
        Field.Text("model", 200, "The model.", "gpt-4o", least: 1).Required(),
        .. Quantities,
        Field.Time("used_at", "When, from 2000 to now; now when it is left out. The price of that time counts."),
        Field.Id("job", ApiIds.Job, "The job that it belongs to."),
    ];

    private const string Sample = "\"provider\":\"openai\",\"model\":\"gpt-4o\",\"input_tokens\":1200,\"output_tokens\":300";
    private const string SampleUser = "\"user\":\"usr_0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10\"";

    private static readonly Shape Input = new("UsageInput", Fields) { Sample = $"{{{SampleUser},{Sample}}}" };

    private static readonly Shape Item = new("BatchUsageInput",
    [
        .. Fields,
        Field.Text("idempotency_key", 255, "Names this record, as the header does for one that is sent alone.", "job-17",
            least: 1, pattern: "^[!-~]+$").Required(),
    ])
    { Sample = $"{{{SampleUser},{Sample},\"idempotency_key\":\"job-17\"}}" };

    private static readonly Shape Batch = new("UsageBatchInput",
        Field.List("records", 1, 1_000, Item, "The records.").Required());

    private static readonly UsageRecordBody Example = new(
        4711, Samples.User, "openai", "gpt-4o", 1_200, 0, 300, 0, "0", Samples.Time(), Samples.Time(), null, "0.006", 0)
    { Cost = "0.006" };

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("POST /v1/usage_records", "recordUsage", "Record usage",
            "Records it with its exact cost at the price of its time. Whole credits are charged as they fill; the rest is kept "
            + "to the last digit.")
        {
            Takes = Input,
            IsIdempotent = true,
            Answers = [new(201, "The record.", Example, "Credits-Charged")],
            Refuses = [UnknownUser, InvalidAmount, UnknownJob, JobAlreadyFinished, UnknownPrice],
        },
        new("POST /v1/usage_records/batch", "recordUsages", "Record up to 1000 uses",
            "Each is recorded as if it had come alone, and has its own idempotency_key; a header Idempotency-Key is refused. "
            + "The body may have 2097152 bytes.")
        {
            Takes = Batch,
            Answers =
            [
                new(200, "What became of each record, in order.",
                    new UsageBatchBody([new(201) { Replayed = false, Record = Example }]), "Retry-After"),
            ],
            Refuses = [InvalidIdempotencyKey],
        },
        new("GET /v1/usage_records", "listUsageRecords", "List usage", "Latest use first.")
        {
            Query =
            [
                ListFields.User, Field.Text("provider", 200, "Only of this provider.", "openai", least: 1),
                Field.Text("model", 200, "Only of this model.", "gpt-4o", least: 1), ListFields.From, ListFields.To,
                ListFields.Limit, ListFields.Before("1769853600000000-4711"),
            ],
            Answers = [new(200, "A page of records.", new UsageListBody([Example], HasMore: false, NextCursor: null))],
        },
        new("GET /v1/margins", "listMargins", "List what models earn", "By model, for whole days in UTC; 30 when none is named.")
        {
            IsForFrontEndsOnly = true,
            Query =
            [
                Field.Day("from", "The first day.", "2026-01-01"),
                Field.Day("to", "The last day; today when it is left out.", "2026-01-31"),
            ],
            Answers =
            [
                new(200, "The margins.", new MarginsBody(new(2026, 1, 1), new(2026, 1, 31),
                    [new("openai", "gpt-4o", 2, 2_400, 0, 600, 0, "0", "0.02", "0.012", "0.008")])),
            ],
        },
    ];

    private static Field Quantity(string name, string meaning) => Field.Whole(name, 0, 1_000_000_000_000, meaning, 1);
}
