using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>The setting <c>ConnectionStrings:Credits</c> cannot be used; the message says what it must look like.</summary>
public sealed class ConnectionStringException(string message) : Exception(message);

/// <summary>The owner's connection string as people have it: Npgsql's form, or the URI that hosts hand out.</summary>
internal static class OwnerConnection
{
    private const string Form =
        "ConnectionStrings__Credits must look like Host=…;Port=5432;Username=…;Password=…;Database=… "
        + "or postgresql://user:password@host:5432/database, with a user and a password.";

    /// <summary>Npgsql's form of it.</summary>
    /// <exception cref="ConnectionStringException">It is neither, or lacks a user or a password.</exception>
    public static string Parse(string text)
    {
        NpgsqlConnectionStringBuilder owner;
        try
        {
            owner = text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                ? FromUri(new Uri(text))
                : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new ConnectionStringException(Form);
        }

        return owner is { Username.Length: > 0, Password.Length: > 0, Host.Length: > 0 }
            ? owner.ConnectionString
            : throw new ConnectionStringException(Form);
    }

    private static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        var user = uri.UserInfo.Split(':', 2);
        var owner = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : "postgres",
        };
        if (uri.Query.Contains("sslmode=require", StringComparison.OrdinalIgnoreCase)) owner.SslMode = SslMode.Require;
        return owner;
    }
}
