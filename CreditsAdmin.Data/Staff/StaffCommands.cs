using Npgsql;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Staff;

/// <summary>Carried out; there is nothing more to say.</summary>
public sealed record Carried;

/// <summary>Makes staff and counts sign-ins.</summary>
public sealed class StaffCommands(CreditsDatabase database)
{
    /// <summary>Gives a user a role (<c>admin</c> or <c>support</c>), and with a hash a new password, which ends
    /// their older
    /// sessions. Refuses CR002, CR012 and CR013.</summary>
    public Task<CreditResult<Carried>> SetAsync(
        Guid userId, string role, string? passwordHash, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT set_staff($1, $2, $3, $4, $5, $6)", _ => new Carried(), cancel,
            Value(userId), Value(role), Value(passwordHash), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));

    /// <summary>Counts a right or wrong password; five wrong ones in a row lock the account for a while.</summary>
    public async Task NoteSignInAsync(Guid userId, bool succeeded, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT note_sign_in($1, $2)");
        command.Parameters.Add(Value(userId));
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = succeeded });
        await command.ExecuteNonQueryAsync(cancel);
    }
}
