using CreditsAdmin.Data;
using CreditsAdmin.Data.Staff;
using Microsoft.AspNetCore.Authentication;

namespace CreditsAdmin.Web.Auth;

/// <summary>Checks passwords and opens sessions.</summary>
public sealed class SignIn(CreditsDatabase database, StaffCommands staff)
{
    /// <summary>Says one thing for an unknown address, a wrong password and a locked account, so that nobody learns
    /// who has an account here.</summary>
    public const string Refused = "This e-mail address and password do not belong together, or the account is locked for a "
        + "few minutes after too many attempts.";

    /// <summary>Opens a session. False when the address and the password do not belong together.</summary>
    public async Task<bool> TryAsync(HttpContext http, string email, string password)
    {
        var cancel = http.RequestAborted;
        var record = await database.ReadAsync(db => StaffQueries.FindSignInAsync(db, email, cancel));
        // A right password does not open a locked account: otherwise a guesser would learn that it was right.
        var isOpen = record is not null && await staff.BeginSignInAsync(record.UserId, cancel);
        var isRight = Passwords.Verify(record?.PasswordHash, password);
        if (record is null || !isOpen || !isRight) return false;
        await staff.CompleteSignInAsync(record.UserId, cancel);
        await http.SignInAsync(Session.Scheme, Session.Principal(record));
        return true;
    }

    /// <summary>Opens a session for somebody whose password was set a moment ago.</summary>
    public async Task OpenAsync(HttpContext http, Guid userId)
    {
        var record = await database.ReadAsync(db => StaffQueries.FindSignInAsync(db, userId, http.RequestAborted));
        if (record is not null) await http.SignInAsync(Session.Scheme, Session.Principal(record));
    }
}
