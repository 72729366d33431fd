using CreditsAdmin.Data.Grants;
using CreditsAdmin.Data.Ledger;

namespace CreditsAdmin.Web.Api;

/// <summary>A grant. Amounts are credits, times UTC.</summary>
internal sealed record GrantBody(
    Guid Id, Guid User, string Category, string Source, string Status, long Credits, long Remaining, int Priority,
    DateTime EffectiveAt, DateTime? ExpiresAt, Guid? ReceiptId, DateTime CreatedAt, DateTime? ClosedAt)
{
    public static GrantBody Of(Grant grant) => new(
        grant.Id, grant.UserId, grant.Category, grant.Source, grant.Status, grant.Credits, grant.Remaining,
        grant.Priority, grant.EffectiveAt.UtcDateTime, grant.ExpiresAt?.UtcDateTime, grant.ReceiptId,
        grant.CreatedAt.UtcDateTime, grant.ClosedAt?.UtcDateTime);
}

/// <summary>A page of grants, newest first.</summary>
internal sealed record GrantListBody(IReadOnlyList<GrantBody> Data, bool HasMore, string? NextCursor);

/// <summary>A grant that was just made, with the balance after it. A grant that begins later is scheduled.</summary>
internal sealed record MadeGrantBody(
    Guid Id, Guid User, string Category, string Status, long Credits, int Priority, DateTime EffectiveAt,
    DateTime? ExpiresAt, DateTime CreatedAt, JobBalance Balance);

/// <summary>A grant that was just ended: what was taken back of it, and the balance after that.</summary>
internal sealed record VoidedGrantBody(Guid Id, Guid User, string Status, long TakenBack, JobBalance Balance);

/// <summary>Answers with a grant as it is now.</summary>
internal sealed class GrantAnswer(GrantBody body) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.GrantBody);
    }
}

/// <summary>Answers a request for a grant. A replay has the same status and body as the first answer.</summary>
internal sealed class MadeGrantAnswer(GrantOutcome grant) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers.Location = $"/v1/grants/{grant.Id}";
        if (grant.Replayed) headers["Idempotent-Replayed"] = "true";
        var body = new MadeGrantBody(
            grant.Id, grant.UserId, grant.Category, grant.EntryId is null ? "scheduled" : "open", grant.Credits,
            grant.Priority, grant.EffectiveAt.UtcDateTime, grant.ExpiresAt?.UtcDateTime, grant.CreatedAt.UtcDateTime,
            new(grant.Available, grant.Free, grant.Paid));
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status201Created, body, ApiJson.Default.MadeGrantBody);
    }
}

/// <summary>Answers a request to end a grant. A replay has the same status and body as the first answer.</summary>
internal sealed class VoidedGrantAnswer(VoidOutcome voided) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        if (voided.Replayed) httpContext.Response.Headers["Idempotent-Replayed"] = "true";
        var body = new VoidedGrantBody(
            voided.Id, voided.UserId, "voided", voided.Credits, new(voided.Available, voided.Free, voided.Paid));
        return ApiJson.WriteAsync(httpContext, StatusCodes.Status200OK, body, ApiJson.Default.VoidedGrantBody);
    }
}
