using Npgsql;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>Another session in the middle of a charge: it holds the account, and the request when it has a key, until it is
/// disposed of.</summary>
public sealed class HeldAccount : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private HeldAccount(NpgsqlConnection connection) => this.connection = connection;

    public static async Task<HeldAccount> HoldAsync(TestDatabase database, Guid user, string? actor = null, string? key = null)
    {
        if (actor is not null) await database.ExecuteAsync("SELECT credits.caller_id($1, 'api')", actor);
        var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand("""
            BEGIN;
            SELECT credits.lock_request(credits.caller_id(@actor, 'api'), @key) WHERE @key IS NOT NULL;
            SELECT credits.lock_account(@user);
            """, connection);
        command.Parameters.AddWithValue("user", user);
        command.Parameters.Add(new("actor", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)actor ?? DBNull.Value });
        command.Parameters.Add(new("key", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)key ?? DBNull.Value });
        await command.ExecuteNonQueryAsync();
        return new(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var command = new NpgsqlCommand("ROLLBACK", connection)) await command.ExecuteNonQueryAsync();
        await connection.DisposeAsync();
    }
}
