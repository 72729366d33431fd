namespace CreditsAdmin.Data;

/// <summary>Why a function refused. The number is the SQLSTATE's: <see cref="InsufficientCredits"/> is CR001.</summary>
public enum RefusalCode
{
    /// <summary>CR001: fewer credits than the cost. Detail: balance, required, shortfall (credits).</summary>
    InsufficientCredits = 1,

    /// <summary>CR002: nobody with this id has an account.</summary>
    UnknownUser = 2,

    /// <summary>CR003: an amount that is missing, not positive or too large. Detail: field.</summary>
    InvalidAmount = 3,

    /// <summary>CR004: an idempotency key that is missing, longer than 255 characters or not visible ASCII.</summary>
    InvalidIdempotencyKey = 4,

    /// <summary>CR005: the idempotency key was used for another request.</summary>
    IdempotencyKeyReuse = 5,

    /// <summary>CR006: no such job.</summary>
    UnknownJob = 6,

    /// <summary>CR007: the job is finished already, in another way. Detail: status, cost, refunded.</summary>
    JobAlreadyFinished = 7,

    /// <summary>CR008: a job cannot cost more than was charged. Detail: charged, actual_cost.</summary>
    CostAboveCharge = 8,

    /// <summary>CR009: no such receipt.</summary>
    UnknownReceipt = 9,

    /// <summary>CR010: the receipt was verified or rejected already. Detail: status, decided_by, decided_at.</summary>
    ReceiptAlreadyDecided = 10,

    /// <summary>CR011: the payment's reference was used before. Detail, for staff only: the first receipt.</summary>
    DuplicateReference = 11,

    /// <summary>CR012: the actor's role or scopes do not allow this.</summary>
    Forbidden = 12,

    /// <summary>CR013: a text that is missing, too long or unusable. Detail: field.</summary>
    InvalidInput = 13,

    /// <summary>CR014: too many claims of this user are waiting.</summary>
    TooManyClaims = 14,

    /// <summary>CR015: somebody has this e-mail address already.</summary>
    EmailTaken = 15,

    /// <summary>CR016: the same request is still under way.</summary>
    RequestInProgress = 16,

    /// <summary>CR017: no such grant.</summary>
    UnknownGrant = 17,

    /// <summary>CR018: the grant has expired or was voided already. Detail: status, closed_at.</summary>
    GrantAlreadyClosed = 18,

    /// <summary>CR019: there is no such entry, or it cannot be reversed. Detail: kind, reversible (the kinds that can).</summary>
    NotReversible = 19,

    /// <summary>CR020: reversed or given back already, or that waits. Detail: status, adjustment_id, reversed_by_id.</summary>
    AlreadyReversed = 20,

    /// <summary>CR021: no such adjustment.</summary>
    UnknownAdjustment = 21,

    /// <summary>CR022: the adjustment was decided or has expired. Detail: status, decided_by, decided_at.</summary>
    AdjustmentAlreadyDecided = 22,

    /// <summary>CR023: nobody approves their own request, nor one for their own account. Detail: requested_by.</summary>
    SecondPersonNeeded = 23,

    /// <summary>CR030: at that moment another price was in force already, and that stays so. Detail: price_id.</summary>
    PriceWasInForce = 30,

    /// <summary>CR031: no price is in force for that, or none for all of it. Detail: provider, model, operation.</summary>
    UnknownPrice = 31,

    /// <summary>CR045: no such webhook endpoint, or not any more.</summary>
    UnknownWebhookEndpoint = 45,

    /// <summary>CR046: no such webhook delivery.</summary>
    UnknownWebhookDelivery = 46,

    /// <summary>CR047: the webhook endpoint is switched off. Detail: endpoint_id.</summary>
    WebhookEndpointDisabled = 47,

    /// <summary>CR048: there are as many webhook endpoints as there may be. Detail: most.</summary>
    TooManyWebhookEndpoints = 48,

    /// <summary>CR049: another webhook endpoint has this address. Detail: endpoint_id.</summary>
    WebhookUrlTaken = 49,

    /// <summary>CR050: more than API keys may grant to one user within a day. Detail: limit, granted (credits).</summary>
    GrantAboveLimit = 50,

    /// <summary>CR051: the balance has moved since the version that was named. Detail: version, expected.</summary>
    BalanceMoved = 51,
}
