namespace CreditsAdmin.Data;

/// <summary>Who asks for a change, through what, and in which request: written into the ledger and the audit
/// log.</summary>
/// <param name="Actor"><c>staff:&lt;user id&gt;</c>, <c>key:&lt;API key id&gt;</c>, <c>user:&lt;user id&gt;</c> or
/// <c>cli:&lt;system user&gt;</c>. Postgres looks the first two up and refuses CR012 when they may not.</param>
/// <param name="Via"><c>console</c>, <c>api</c>, <c>cli</c> or <c>user</c>.</param>
/// <param name="RequestId">Finds the request in the logs; may be missing.</param>
public sealed record Caller(string Actor, string Via, string? RequestId)
{
    /// <summary>A member of staff, in the console.</summary>
    public static Caller Staff(Guid userId, string? requestId) => new($"staff:{userId}", "console", requestId);

    /// <summary>A front end with an API key.</summary>
    public static Caller ApiKey(Guid keyId, string? requestId) => new($"key:{keyId}", "api", requestId);

    /// <summary>Somebody at the command line, trusted because they can reach the database's settings.</summary>
    public static Caller CommandLine { get; } = new($"cli:{Environment.UserName}", "cli", null);
}
