using System.Security.Cryptography;
using System.Text;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Staff;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Auth;

/// <summary>The first admin. While there is none, whoever reads the code on the app's terminal may become it.</summary>
public sealed class FirstRun(CreditsDatabase database, UserCommands users, StaffCommands staff)
{
    private int attempts;

    /// <summary>Printed on the terminal at start; gone with the process.</summary>
    public string Code { get; } = RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 8);

    /// <summary>True until the first admin was made.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken cancel) =>
        !await StaffQueries.AnyAdminAsync(database, cancel);

    /// <summary>True for the code on the terminal. After 20 wrong ones nothing is right until the app is started
    /// again.</summary>
    public bool IsRight(string? code)
    {
        if (attempts >= 20) return false;
        var isRight = CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Code), Encoding.UTF8.GetBytes((code ?? "").Trim().ToUpperInvariant()));
        if (!isRight) Interlocked.Increment(ref attempts);
        return isRight;
    }

    /// <summary>Makes the admin, from a new user or from one who signed up already. Refuses CR013 for an unusable
    /// address.</summary>
    public async Task<CreditResult<NewUser>> MakeAdminAsync(
        string email, string password, Caller caller, CancellationToken cancel)
    {
        var found = await database.ReadAsync(db => UserQueries.FindByEmailAsync(db, email, cancel));
        var user = found is null
            ? await users.CreateAsync(email, name: null, passwordHash: null, demo: false, cancel)
            : new CreditResult<NewUser>(new(found.Id), null);
        if (!user.Done) return user;
        var made = await staff.SetAsync(user.Value.Id, "admin", Passwords.Hash(password), caller, cancel);
        return made.Done ? user : new(null, made.Refusal);
    }
}
