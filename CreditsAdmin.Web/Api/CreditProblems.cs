using System.Text.Json;
using CreditsAdmin.Data;
using static CreditsAdmin.Data.RefusalCode;

namespace CreditsAdmin.Web.Api;

/// <summary>Every problem of the API, and the only place that knows which HTTP status a refusal has.</summary>
internal static class CreditProblems
{
    private static readonly Dictionary<RefusalCode, ProblemKind> Refusals = new[]
    {
        Refusal(InsufficientCredits, 402, "Not enough credits",
            "The job costs more credits than the user has. Nothing was charged.",
            "Let the user get more credits, then send the request again: its Idempotency-Key is still unused."),
        Refusal(UnknownUser, 404, "No such user",
            "Nobody with this id has an account, or not one that you may see.", "Check the user's id."),
        Refusal(InvalidAmount, 400, "Not an amount of credits",
            "An amount is missing, not a whole number or out of range.",
            "Send a whole JSON number of credits from 1 to 1000000000000; an actual_cost may be 0."),
        Refusal(InvalidIdempotencyKey, 400, "No usable Idempotency-Key",
            "Whatever moves credits needs an idempotency key, so that sending it twice moves them once.",
            "Send 1 to 255 visible ASCII characters without spaces, such as a new UUID for every action."),
        Refusal(IdempotencyKeyReuse, 422, "Idempotency-Key used before",
            "This key belongs to an earlier request of yours that asked for something else.",
            "Use a new key for a new action; to repeat an action, send exactly what you sent before."),
        Refusal(UnknownJob, 404, "No such job",
            "There is no job with this id, or not one that you may see.", "Check the job's id."),
        Refusal(JobAlreadyFinished, 409, "Job finished already",
            "The job was completed, failed or expired before, with another result.",
            "Read the job to see what became of it. Nothing needs to be sent again."),
        Refusal(CostAboveCharge, 400, "More than was charged",
            "A job can cost less than was charged for it, never more.",
            "Send an actual_cost up to the job's cost, and charge the rest as a job of its own."),
        Refusal(UnknownReceipt, 404, "No such receipt",
            "There is no receipt with this id, or not one that you may see.", "Check the receipt's id."),
        Refusal(ReceiptAlreadyDecided, 409, "Receipt decided already",
            "The receipt was verified or rejected before.", "Read the receipt to see what was decided."),
        Refusal(DuplicateReference, 409, "Payment used before",
            "A payment counts once, and this reference was used before.", "Check the payment's reference."),
        Refusal(Forbidden, 403, "Not allowed",
            "You are known, and you may not do this.", "Use an API key that has the scope, or ask an admin for one."),
        Refusal(InvalidInput, 400, "Something in the request cannot be used",
            "A value is missing, too long, of another type or not known here.",
            "Correct the request; errors names the fields that are known to be wrong."),
        Refusal(TooManyClaims, 429, "Too many claims are waiting",
            "This user has as many undecided claims as one may have.", "Wait until staff decided one of them."),
        Refusal(RequestInProgress, 409, "Still under way",
            "The same request, with the same Idempotency-Key, has not ended yet.",
            "Wait as long as Retry-After says, then send it again: it answers with the one result."),
        Refusal(UnknownGrant, 404, "No such grant",
            "There is no grant with this id, or not one that you may see.", "Check the grant's id."),
        Refusal(GrantAlreadyClosed, 409, "Grant closed already",
            "The grant has expired or was voided before.", "Explain the balance to see what became of it."),
        Refusal(NotReversible, 409, "Cannot be reversed",
            "There is no such ledger entry, or one of its kind is undone in another way.",
            "Read the detail: it says what to do in its place."),
        Refusal(AlreadyReversed, 409, "Reversed already",
            "The entry was reversed, its credits went back, or that waits for a second admin.", "Read the ledger first."),
        Refusal(UnknownAdjustment, 404, "No such adjustment",
            "There is no adjustment with this id, or not one that you may see.", "Check the adjustment's id."),
        Refusal(AdjustmentAlreadyDecided, 409, "Adjustment decided already",
            "The adjustment was approved or rejected before, or it has expired.", "Read it to see what became of it."),
        Refusal(SecondPersonNeeded, 403, "A second person is needed",
            "Nobody approves their own request, nor one for their own account.", "Ask another admin to approve it."),
        Refusal(GrantAboveLimit, 403, "More than API keys may grant",
            "API keys together grant one user as much within 24 hours as one admin may adjust alone, and no more.",
            "Ask an admin to grant it in the console."),
        Refusal(BalanceMoved, 412, "The balance has moved",
            "The request was for a balance that is not the present one any more. Nothing was changed.",
            "Read the balance again and decide again; then send the request with its new ETag and the same key."),
        Refusal(EmailTaken, 409, "E-mail address taken",
            "There is already a user with this e-mail address.", "Use another address, or find that user."),
    }.ToDictionary();

    public static ProblemKind MalformedJson { get; } = new("malformed_json", 400, "Not one JSON object",
        "The body is not one well-formed JSON object.",
        "Send one JSON object in UTF-8, at most 32 levels deep, no name twice, no comments, nothing after it.");

    public static ProblemKind BadRequest { get; } = new("bad_request", 400, "Not a usable request",
        "The request could not be read.", "Check how the request is sent, then send it again.");

    public static ProblemKind Unauthorized { get; } = new("unauthorized", 401, "Not signed in",
        "The request carries no API key or user token that is valid.",
        "Send one header \"Authorization: Bearer\" with an API key that works, or with the user's current token.");

    public static ProblemKind NotFound { get; } = new("not_found", 404, "No such address",
        "Nothing is at this address.", "Check the path.");

    public static ProblemKind MethodNotAllowed { get; } = new("method_not_allowed", 405, "Not with this method",
        "This address exists, but not for this HTTP method.", "Use a method that the header Allow names.");

    public static ProblemKind PayloadTooLarge { get; } = new("payload_too_large", 413, "Body too large",
        "A body may have 65536 bytes, a batch of jobs 2097152.",
        "Send less, such as a link in metadata in place of the data itself.");

    public static ProblemKind UnsupportedMediaType { get; } = new("unsupported_media_type", 415, "Not sent as JSON",
        "Bodies are plain JSON in UTF-8.", "Send \"Content-Type: application/json\" and no Content-Encoding.");

    public static ProblemKind InternalError { get; } = new("internal_error", 500, "Our mistake",
        "Something failed here that should not have.",
        "Send the same request again with the same Idempotency-Key; if it fails again, tell us the request_id.");

    public static ProblemKind ServiceUnavailable { get; } = new("service_unavailable", 503, "Not available right now",
        "The database cannot be reached or is too busy.",
        "Wait as long as Retry-After says, then send the same request again with the same Idempotency-Key.");

    public static ProblemKind LedgerUnsound { get; } = new("ledger_unsound", 503, "The books are being looked at",
        "A check of the ledger found something wrong. Until people have looked, no credits move; reading goes on.",
        "Wait, then send the same request again with the same Idempotency-Key.");

    /// <summary>All of them: each has a page.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        .. Refusals.Values, MalformedJson, BadRequest, Unauthorized, NotFound, MethodNotAllowed, PayloadTooLarge,
        UnsupportedMediaType, InternalError, ServiceUnavailable, LedgerUnsound,
    ];

    /// <summary>The kind of a refusal.</summary>
    public static ProblemKind Of(RefusalCode code) => Refusals[code];

    /// <summary>The kind of an answer that so far has a status only.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Unauthorized,
        403 => Of(Forbidden),
        404 => NotFound,
        405 => MethodNotAllowed,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        503 => ServiceUnavailable,
        < 500 => BadRequest,
        _ => InternalError,
    };

    private static (RefusalCode, ProblemKind) Refusal(
        RefusalCode code, int status, string title, string meaning, string advice) =>
        (code, new(JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()), status, title, meaning, advice));
}
