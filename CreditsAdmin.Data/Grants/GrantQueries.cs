using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Grants;

/// <summary>Reads grants as users and front ends may see them.</summary>
public static class GrantQueries
{
    /// <summary>A user's grants, newest first; empty for a user who is unknown or somebody else.</summary>
    public static Task<Page<Grant>> ListAsync(CreditsDb db, Guid userId, Keyset<Guid> at, CancellationToken cancel) =>
        Grants(db, userId, null).PageAsync(grant => grant.Id, at, grant => grant, cancel);

    /// <summary>One grant; null when there is none, or none that the reader may see.</summary>
    public static Task<Grant?> FindAsync(CreditsDb db, Guid grantId, CancellationToken cancel) =>
        Grants(db, null, grantId).SingleOrDefaultAsync(cancel);

    private static IQueryable<Grant> Grants(CreditsDb db, Guid? userId, Guid? grantId) => db.Database.SqlQuery<Grant>($"""
        SELECT id AS "Id", user_id AS "UserId", category AS "Category", source AS "Source", status AS "Status",
            credits AS "Credits", remaining AS "Remaining", priority AS "Priority", effective_at AS "EffectiveAt",
            expires_at AS "ExpiresAt", receipt_id AS "ReceiptId", created_at AS "CreatedAt", closed_at AS "ClosedAt"
        FROM list_grants({userId}::uuid, {grantId}::uuid)
        """);
}
