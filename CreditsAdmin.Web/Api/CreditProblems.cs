using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <summary>Every problem of the API.</summary>
internal static class CreditProblems
{
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

    public static ProblemKind RateLimited { get; } = new("rate_limited", 429, "Too many requests",
        "More requests came from you than are let through in this time. This one was not looked at.",
        "Wait as long as Retry-After says, then send it again with the same Idempotency-Key.");

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
        .. RefusalProblems.All.Values, MalformedJson, BadRequest, Unauthorized, NotFound, MethodNotAllowed, PayloadTooLarge,
        UnsupportedMediaType, RateLimited, InternalError, ServiceUnavailable, LedgerUnsound,
    ];

    /// <summary>The kind of a refusal.</summary>
    public static ProblemKind Of(RefusalCode code) => RefusalProblems.All[code];

    /// <summary>The kind of an answer that so far has a status only.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Unauthorized,
        403 => Of(RefusalCode.Forbidden),
        404 => NotFound,
        405 => MethodNotAllowed,
        413 => PayloadTooLarge,
        415 => UnsupportedMediaType,
        429 => RateLimited,
        503 => ServiceUnavailable,
        < 500 => BadRequest,
        _ => InternalError,
    };
}
