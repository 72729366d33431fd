namespace CreditsAdmin.Data.Staff;

internal sealed class StaffMember
{
    public Guid UserId { get; init; }

    public string Role { get; init; } = "";

    public DateTimeOffset? DisabledAt { get; init; }
}

internal sealed class Password
{
    public Guid UserId { get; init; }

    public string PasswordHash { get; init; } = "";

    public Guid SecurityStamp { get; init; }
}
