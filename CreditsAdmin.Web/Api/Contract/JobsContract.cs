using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What the routes of jobs promise.</summary>
internal static class JobsContract
{
    private static readonly Field Id = Field.Id("id", ApiIds.Job, "The job.");

    private static readonly Field[] ChargeFields =
    [
        Field.Id("user", ApiIds.User, "Whose credits pay for it.").Required(),
        Field.Text("operation", 100, "What the job does, such as image: visible ASCII without spaces.", "image",
            least: 1, pattern: "^[!-~]+$").Required(),
        Field.Credits("cost", "Credits that it costs.").Required(),
        Field.Json("metadata", 16_384, "What you want to keep with it.", """{"prompt":"a cat"}"""),
        Field.Whole("timeout_seconds", 1, 604_800, "How long it may run. After that it expires and its credits go back.", 600),
    ];

    private static readonly Shape Charge = new("ChargeInput", ChargeFields);

    private static readonly Shape BatchItem = new("BatchChargeInput",
    [
        .. ChargeFields,
        Field.Text("idempotency_key", 255, "Names this charge, as the header does for one that is sent alone.", "job-17",
            least: 1, pattern: "^[!-~]+$").Required(),
    ]);

    private static readonly Shape Batch = new("ChargeBatchInput",
        Field.List("jobs", 1, 1_000, BatchItem, "The jobs to charge.").Required());

    private static readonly Shape Completion = new("CompletionInput",
        Field.Credits("actual_cost", "Credits that it cost in the end, at most what was charged; the rest goes back.", least: 0));

    private static readonly Shape Failure = new("FailureInput",
        Field.Text("error", 2_000, "Why it failed, for whoever looks at the job later.", "The model timed out"));

    private static readonly JobBody Example = new(
        Samples.Id, Samples.User, "image", "pending", 2, 0, """{"prompt":"a cat"}""", null, Samples.Time(), Samples.Time(600),
        null, Samples.Balance);

    /// <summary>What a list of jobs can be narrowed by.</summary>
    public static readonly Field[] Query =
    [
        Field.OneOf("status", "Only jobs of this status.", "pending", "processing", "completed", "failed", "expired"),
        Field.Text("operation", 100, "Only jobs of this operation.", "image", least: 1),
        ListFields.From, ListFields.To, ListFields.Limit,
    ];

    public static readonly ApiAnswer[] ListAnswers =
    [
        new(200, "A page of jobs.", new JobListBody(
        [
            new(Samples.Id, Samples.User, "image", "pending", 2, 0, """{"prompt":"a cat"}""", null, Samples.Time(),
                Samples.Time(600), null),
        ], HasMore: true, NextCursor: Samples.IdCursor), "Link"),
    ];

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new("POST /v1/jobs", "chargeJob", "Charge a job before it runs",
            "Takes the cost from the user's credits and makes the job. When they have too few, 402 says how many are missing, "
            + "nothing is charged and the key stays unused.")
        {
            Takes = Charge,
            IsIdempotent = true,
            Answers = [new(201, "The job was charged.", Example, "Location", "Credits-Charged", "Credits-Balance")],
            Refuses = [InsufficientCredits, UnknownUser, InvalidAmount],
        },
        new("POST /v1/jobs/batch", "chargeJobs", "Charge up to 1000 jobs",
            "Charges each job as if it had come alone: one that is refused keeps no other one back. Each has its own "
            + "idempotency_key; a header Idempotency-Key is refused. The body may have 2097152 bytes.")
        {
            Takes = Batch,
            Answers =
            [
                new(200, "What became of each job, in order.", new JobBatchBody([new(201) { Replayed = false, Job = Example }]),
                    "Retry-After"),
            ],
            Refuses = [InvalidIdempotencyKey],
        },
        new("POST /v1/jobs/{id}/complete", "completeJob", "Complete a job",
            "Ends the job. With a smaller actual_cost than was charged, the rest goes back to the user.")
        {
            Path = [Id],
            Takes = Completion,
            TakesNothingToo = true,
            IsIdempotent = true,
            Answers =
            [
                new(200, "The job is completed.", Example with { Status = "completed", FinishedAt = Samples.Time(42) },
                    "Credits-Charged", "Credits-Balance"),
            ],
            Refuses = [UnknownJob, JobAlreadyFinished, InvalidAmount, CostAboveCharge],
        },
        new("POST /v1/jobs/{id}/fail", "failJob", "Fail a job and give its credits back",
            "Ends the job and gives all its credits back, exactly once.")
        {
            Path = [Id],
            Takes = Failure,
            TakesNothingToo = true,
            IsIdempotent = true,
            Answers =
            [
                new(200, "The job failed, and its credits are back.",
                    Example with
                    {
                        Status = "failed", Refunded = 2, Error = "The model timed out", FinishedAt = Samples.Time(42),
                    },
                    "Credits-Charged", "Credits-Balance"),
            ],
            Refuses = [UnknownJob, JobAlreadyFinished],
        },
        new("POST /v1/jobs/{id}/cancel", "cancelJob", "Cancel a job and give its credits back",
            "As failing it, for a job that nobody wants any more.")
        {
            Path = [Id],
            Takes = new("CancelInput"),
            TakesNothingToo = true,
            IsIdempotent = true,
            Answers =
            [
                new(200, "The job is cancelled, and its credits are back.",
                    Example with { Status = "failed", Refunded = 2, Error = "Cancelled", FinishedAt = Samples.Time(42) },
                    "Credits-Charged", "Credits-Balance"),
            ],
            Refuses = [UnknownJob, JobAlreadyFinished],
        },
        new("GET /v1/jobs", "listJobs", "List jobs", "Newest first: one user's, or everybody's. Cursors of the two differ.")
        {
            Query = [ListFields.User, .. Query, ListFields.Before(Samples.IdCursor), ListFields.After(Samples.IdCursor)],
            Answers = ListAnswers,
        },
        new("GET /v1/jobs/{id}", "getJob", "Read a job", "The job and its user's credits as they are now.")
        {
            Path = [Id],
            Answers = [new(200, "The job.", Example, "Credits-Charged", "Credits-Balance")],
            Refuses = [UnknownJob],
        },
    ];
}
