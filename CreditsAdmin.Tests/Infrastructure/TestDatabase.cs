using System.Text.Json;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Postgres;
using Npgsql;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>One class's own database: as its owner for looking and preparing, and as the app sees it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource owner;

    public TestDatabase(string ownerConnectionString)
    {
        OwnerConnectionString = ownerConnectionString;
        owner = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(ownerConnectionString) { IncludeErrorDetail = true, MaxPoolSize = 80 });
        Logins = DatabaseLogins.From(ownerConnectionString);
        Credits = new CreditsDatabase(Logins);
    }

    public string OwnerConnectionString { get; }

    /// <summary>How the app connects.</summary>
    public DatabaseLogins Logins { get; }

    /// <summary>What the app works with.</summary>
    public CreditsDatabase Credits { get; }

    /// <summary>Opens a connection as the owner, who may do everything.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync() => owner.OpenConnectionAsync();

    /// <summary>Runs a statement as the owner; parameters are $1, $2 ….</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The one value of a statement run as the owner.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The first row as JSON, so that a test can name the columns that it is about.</summary>
    public async Task<JsonElement> RowAsync(string sql, params object[] values) =>
        JsonDocument.Parse(await ScalarAsync<string>($"SELECT to_jsonb(row)::text FROM ({sql}) AS row", values)).RootElement;

    /// <summary>The SQLSTATE that a statement ends with; null when it succeeds.</summary>
    public async Task<string?> RefusalAsync(string sql, params object[] values)
    {
        try
        {
            await ExecuteAsync(sql, values);
            return null;
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    /// <summary>Signs a user up the way a product does: a row in auth.users. Starts with 5 free credits.</summary>
    public async Task<Guid> SignUpAsync(string? email = null)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync("INSERT INTO auth.users (id, email) VALUES ($1, $2)", id, email ?? $"{id:N}@example.com");
        return id;
    }

    /// <summary>Signs a user up with these credits and no others.</summary>
    public async Task<Guid> SignUpAsync(long free, long paid)
    {
        await ExecuteAsync("UPDATE credits.settings SET sign_up_credits = 0");
        var id = await SignUpAsync();
        await ExecuteAsync("UPDATE credits.settings SET sign_up_credits = 5");
        if (free > 0) await ExecuteAsync("SELECT grant_credits($1, $2, 'promotional', 'A test', 'free')", id, free);
        if (paid > 0) await ExecuteAsync("SELECT grant_credits($1, $2, 'paid', 'A test', 'paid')", id, paid);
        return id;
    }

    /// <summary>Lets time go on for one user: whatever begins or expires comes nearer by so much.</summary>
    public async Task PassAsync(Guid userId, TimeSpan time)
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in new[]
        {
            "SELECT set_config('credits.posting', 'on', true), $1, $2",
            "UPDATE credits.grants SET effective_at = effective_at - $2, expires_at = expires_at - $2, burns_at = burns_at - $2 "
                + "WHERE user_id = $1",
            "UPDATE credits.accounts SET lots_change_at = lots_change_at - $2 WHERE user_id = $1",
        })
        {
            await using var command = new NpgsqlCommand(statement, connection);
            command.Parameters.AddWithValue(userId);
            command.Parameters.AddWithValue(time);
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>Free and paid credits of a user.</summary>
    public async Task<(long Free, long Paid)> BalanceAsync(Guid userId)
    {
        var row = await RowAsync("SELECT free, paid FROM credits.accounts WHERE user_id = $1", userId);
        return (row.GetProperty("free").GetInt64(), row.GetProperty("paid").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        await Credits.DisposeAsync();
        await owner.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = owner.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return command;
    }
}
