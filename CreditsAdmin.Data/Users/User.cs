namespace CreditsAdmin.Data.Users;

internal sealed class User
{
    /// <summary>How an e-mail address is compared. PostgreSQL stores no NUL, so an address with one is nobody's.</summary>
    public static string KeyOf(string email) => email.Trim().ToLowerInvariant().Replace('\0', '\uFFFD');

    public Guid Id { get; init; }

    public string? Email { get; init; }

    /// <summary>The e-mail address in lower case, as the database makes it.</summary>
    public string? EmailKey { get; init; }

    public string? Name { get; init; }

    public bool IsDemo { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ErasedAt { get; init; }
}
