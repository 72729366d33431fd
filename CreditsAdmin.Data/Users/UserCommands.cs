using Npgsql;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Users;

/// <summary>The user that a sign-up made.</summary>
public sealed record NewUser(Guid Id);

/// <summary>Signs people up.</summary>
public sealed class UserCommands(CreditsDatabase database)
{
    /// <summary>Creates a user in <c>auth.users</c>, which opens an account with the configured free credits.
    /// Refuses CR013 for an unusable e-mail address and CR015 for one that is taken.</summary>
    /// <param name="passwordHash">From <see cref="Staff.Passwords"/>; null when they sign in elsewhere.</param>
    public Task<CreditResult<NewUser>> CreateAsync(
        string? email, string? name, string? passwordHash, bool demo, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT create_user($1, $2, $3, $4)", row => new NewUser(row.GetGuid(0)), cancel,
            Value(email), Value(name), Value(passwordHash), new NpgsqlParameter<bool> { TypedValue = demo });
}
