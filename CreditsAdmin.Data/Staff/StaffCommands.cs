using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Staff;

/// <summary>Carried out; there is nothing more to say.</summary>
public sealed record Carried;

/// <summary>Makes staff and counts sign-ins.</summary>
public sealed class StaffCommands(CreditsDatabase database)
{
    /// <summary>Gives a user a role (<c>admin</c> or <c>support</c>), and with a hash a new password, which ends their
    /// older sessions. Refuses CR002, CR012 and CR013.</summary>
    public Task<CreditResult<Carried>> SetAsync(
        Guid userId, string role, string? passwordHash, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT set_staff($1, $2, $3, $4, $5, $6)", _ => new Carried(), cancel,
            Value(userId), Value(role), Value(passwordHash), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));

    /// <summary>Counts an attempt, before the password is looked at. False while the account is locked, after five
    /// attempts without success.</summary>
    public async Task<bool> BeginSignInAsync(Guid userId, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT begin_sign_in($1)");
        command.Parameters.Add(Value(userId));
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    /// <summary>The password was right: the count starts again.</summary>
    public async Task CompleteSignInAsync(Guid userId, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT complete_sign_in($1)");
        command.Parameters.Add(Value(userId));
        await command.ExecuteNonQueryAsync(cancel);
    }
}
