using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>
/// The two logins that the app runs as, derived from the owner's: their passwords need to be kept nowhere, and the
/// owner's own login is used for nothing but migrations.
/// </summary>
public sealed class DatabaseLogins
{
    // "logins" in ASCII; keeps two processes from altering the same role at once.
    private const long Lock = 0x6c6f67696e73;

    private const string AppRole = "credits_app";

    private DatabaseLogins(string app, string user) => (App, User) = (app, user);

    /// <summary>Logs in as <c>credits_app</c>: staff and service work.</summary>
    public string App { get; }

    /// <summary>Logs in as <c>credits_user</c>: what a user does, under row-level security.</summary>
    public string User { get; }

    /// <summary>
    /// Both logins on the owner's database. A pooler's suffix stays: <c>postgres.abc</c> gives <c>credits_app.abc</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The owner's connection string has no user name or no password.</exception>
    public static DatabaseLogins From(string ownerConnectionString)
    {
        var owner = new NpgsqlConnectionStringBuilder(ownerConnectionString);
        if (owner.Username is not { Length: > 0 } || owner.Password is not { Length: > 0 })
            throw new ArgumentException("The connection string of the owner needs a Username and a Password.");
        return new(Login(owner, AppRole, 40), Login(owner, "credits_user", 20));
    }

    /// <summary>
    /// Gives the two roles, which a migration has made, their passwords; does nothing when they have them already.
    /// </summary>
    public static async Task EnsurePasswordsAsync(string ownerConnectionString, CancellationToken ct)
    {
        var logins = From(ownerConnectionString);
        await Task.WhenAll(
            EnsurePasswordAsync(ownerConnectionString, AppRole, logins.App, ct),
            EnsurePasswordAsync(ownerConnectionString, "credits_user", logins.User, ct));
    }

    private static string Login(NpgsqlConnectionStringBuilder owner, string role, int most)
    {
        var suffix = owner.Username!.IndexOf('.');
        return new NpgsqlConnectionStringBuilder(owner.ConnectionString)
        {
            Username = role + (suffix < 0 ? "" : owner.Username[suffix..]),
            Password = Password(owner.Password!, role),
            Pooling = true,
            MinPoolSize = 0,
            MaxPoolSize = Math.Min(owner.MaxPoolSize, most),
            // Seconds, for a free connection of the pool too: a caller is told to come back rather than kept waiting.
            Timeout = 2,
            CommandTimeout = 30,
            ApplicationName = "creditsadmin " + role,
            IncludeErrorDetail = false,
            // A session that kept its settings would hand one user's identity to the next. The app's own login sets none, and
            // a reset would throw the functions' plans away: every charge would be planned again, for twice its work.
            NoResetOnClose = role == AppRole,
        }.ConnectionString;
    }

    private static string Password(string ownerPassword, string role) => Base64Url.EncodeToString(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(ownerPassword), Encoding.UTF8.GetBytes(role + "@creditsadmin")));

    private static async Task EnsurePasswordAsync(string owner, string role, string login, CancellationToken ct)
    {
        if (await WorksAsync(login, ct)) return;
        var password = new NpgsqlConnectionStringBuilder(login).Password!;
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock})", connection, transaction);
        await command.ExecuteNonQueryAsync(ct);
        if (await WorksAsync(login, ct)) return;
        command.CommandText = $"ALTER ROLE {role} WITH LOGIN PASSWORD '{ScramVerifier.Of(password)}'";
        try
        {
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            throw new MigrationException($"The database has no role {role}: apply the migrations first.", missing);
        }
        await transaction.CommitAsync(ct);
    }

    // Class 28 is a refused login; a pooler reports a user that it does not know as an internal error.
    private static async Task<bool> WorksAsync(string login, CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(login + ";Pooling=false");
            await connection.OpenAsync(ct);
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState.StartsWith("28", StringComparison.Ordinal)
            || refused.SqlState == PostgresErrorCodes.InternalError)
        {
            return false;
        }
    }
}
