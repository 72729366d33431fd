using System.Text.Json;
using CreditsAdmin.Data.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CreditsAdmin.Data;

/// <summary>The two ways into the database: as the service (console, API, command line) and as one signed-in
/// user.</summary>
public sealed class CreditsDatabase : IAsyncDisposable
{
    private readonly DbContextOptions<CreditsDb> serviceOptions;

    /// <summary>Connects when it is first used.</summary>
    public CreditsDatabase(DatabaseLogins logins)
    {
        App = Source(logins.App);
        User = Source(logins.User);
        serviceOptions = CreditsDb.Options(builder => builder.UseNpgsql(App));
    }

    internal NpgsqlDataSource App { get; }

    internal NpgsqlDataSource User { get; }

    /// <summary>Reads as the service: every user's rows.</summary>
    public async Task<T> ReadAsync<T>(Func<CreditsDb, Task<T>> read)
    {
        await using var db = new CreditsDb(serviceOptions);
        return await read(db);
    }

    /// <summary>Reads as one user: row-level security leaves nothing but their own rows, and only schema
    /// public.</summary>
    public Task<T> ReadAsUserAsync<T>(Guid userId, Func<CreditsDb, Task<T>> read, CancellationToken cancel) =>
        AsUserAsync(userId, async connection =>
        {
            await using var db = new CreditsDb(CreditsDb.Options(builder => builder.UseNpgsql(connection)));
            return await read(db);
        }, cancel);

    /// <summary>Opens a transaction that is this user's, as Supabase's own API does it: role and claims end with it,
    /// so the pooled connection carries nothing over to the next user.</summary>
    internal async Task<T> AsUserAsync<T>(Guid userId, Func<NpgsqlConnection, Task<T>> use, CancellationToken cancel)
    {
        await using var connection = await User.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var become = new NpgsqlCommand(
            "SELECT set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", connection);
        become.Parameters.AddWithValue(JsonSerializer.Serialize(new { sub = userId, role = "authenticated" }));
        await become.ExecuteNonQueryAsync(cancel);
        var result = await use(connection);
        await transaction.CommitAsync(cancel);
        return result;
    }

    /// <summary>Removes every demo user with all that belongs to them, and nothing else. Returns how many users
    /// went.</summary>
    public async Task<long> ClearDemoDataAsync(Caller caller, CancellationToken cancel)
    {
        await using var command = App.CreateCommand("SELECT clear_demo_data($1, $2)");
        command.Parameters.Add(CreditsFunctions.Value(caller.Actor));
        command.Parameters.Add(CreditsFunctions.Value(caller.Via));
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The stored keys of cookies and forms, each an XML document.</summary>
    public IReadOnlyList<string> ReadDataProtectionKeys()
    {
        using var command = App.CreateCommand("SELECT xml FROM credits.data_protection_keys ORDER BY created_at");
        using var reader = command.ExecuteReader();
        var keys = new List<string>();
        while (reader.Read()) keys.Add(reader.GetString(0));
        return keys;
    }

    /// <summary>Stores one more key.</summary>
    public void StoreDataProtectionKey(string name, string xml)
    {
        using var command = App.CreateCommand("SELECT store_data_protection_key($1, $2)");
        command.Parameters.Add(CreditsFunctions.Value(name));
        command.Parameters.Add(CreditsFunctions.Value(xml));
        command.ExecuteNonQuery();
    }

    // A refusal carries its numbers in DETAIL, which Npgsql hides unless it is told not to.
    private static NpgsqlDataSource Source(string connectionString)
    {
        var login = new NpgsqlConnectionStringBuilder(connectionString)
        {
            IncludeErrorDetail = true,
            TargetSessionAttributes = null,
            // A standby that was promoted is found a second later; the default is ten.
            HostRecheckSeconds = 1,
        };
        // Of several hosts only the primary will do, and which one that is can change.
        return login.Host!.Contains(',')
            ? new NpgsqlDataSourceBuilder(login.ConnectionString).BuildMultiHost()
                .WithTargetSession(TargetSessionAttributes.ReadWrite)
            : NpgsqlDataSource.Create(login);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await User.DisposeAsync();
    }
}
