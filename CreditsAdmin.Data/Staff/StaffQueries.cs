using CreditsAdmin.Data.Users;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Staff;

/// <summary>What is needed to check somebody's password and to know who they are.</summary>
/// <param name="Role">admin, support, or null for a user who is not staff.</param>
/// <param name="SecurityStamp">Changes with the password; a session that carries another one has ended.</param>
public sealed record SignInRecord(
    Guid UserId, string? Email, string PasswordHash, Guid SecurityStamp, string? Role);

/// <summary>Reads who may sign in.</summary>
public static class StaffQueries
{
    /// <summary>By e-mail address, whatever its case; null when nobody with it has a password here.</summary>
    public static Task<SignInRecord?> FindSignInAsync(CreditsDb db, string email, CancellationToken cancel)
    {
        var key = User.KeyOf(email);
        return Records(db, db.Users.Where(user => user.EmailKey == key)).FirstOrDefaultAsync(cancel);
    }

    /// <summary>By id, to see whether a session is still good.</summary>
    public static Task<SignInRecord?> FindSignInAsync(CreditsDb db, Guid userId, CancellationToken cancel) =>
        Records(db, db.Users.Where(user => user.Id == userId)).SingleOrDefaultAsync(cancel);

    /// <summary>False until the first admin was made. Plain SQL: the very first page asks this, and should not wait until
    /// Entity Framework has built its model.</summary>
    public static async Task<bool> AnyAdminAsync(CreditsDatabase database, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand(
            "SELECT EXISTS (SELECT FROM credits.staff WHERE role = 'admin' AND disabled_at IS NULL)");
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    private static IQueryable<SignInRecord> Records(CreditsDb db, IQueryable<User> users) =>
        from password in db.Passwords
        join user in users on password.UserId equals user.Id
        where user.ErasedAt == null
        select new SignInRecord(user.Id, user.Email, password.PasswordHash, password.SecurityStamp,
            db.Staff.Where(staff => staff.UserId == user.Id && staff.DisabledAt == null).Select(staff => staff.Role)
                .FirstOrDefault());
}
