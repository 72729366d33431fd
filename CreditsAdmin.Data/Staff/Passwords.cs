using Microsoft.AspNetCore.Identity;

namespace CreditsAdmin.Data.Staff;

/// <summary>Hashes and checks local passwords, in ASP.NET Core Identity's format (PBKDF2 with HMAC-SHA512).</summary>
public static class Passwords
{
    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object Nobody = new();

    // Checked when the e-mail address is unknown, so that the answer takes as long as for a known one.
    private static readonly string Decoy = Hasher.HashPassword(Nobody, Guid.NewGuid().ToString());

    /// <summary>The shortest password that is accepted.</summary>
    public const int ShortestLength = 10;

    /// <summary>A hash with its own random salt.</summary>
    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <summary>True when the password is the one behind the hash. A missing hash takes as long and is never
    /// right.</summary>
    public static bool Verify(string? hash, string password) =>
        Hasher.VerifyHashedPassword(Nobody, hash ?? Decoy, password) != PasswordVerificationResult.Failed && hash is not null;
}
