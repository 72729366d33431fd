using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Faults;

/// <summary>Holds a user's account, so that whoever charges this user waits, until it is disposed of.</summary>
internal sealed class AccountLock : IAsyncDisposable
{
    private readonly NpgsqlTransaction transaction;

    private AccountLock(NpgsqlTransaction transaction) => this.transaction = transaction;

    public static async Task<AccountLock> TakeAsync(NpgsqlConnection connection, Guid user)
    {
        var held = new AccountLock(await connection.BeginTransactionAsync());
        await using var command = new NpgsqlCommand(
            "SELECT FROM credits.accounts WHERE user_id = $1 FOR UPDATE", connection, held.transaction);
        command.Parameters.AddWithValue(user);
        await command.ExecuteNonQueryAsync();
        return held;
    }

    /// <summary>Whether a session of the app waits for a lock.</summary>
    public static Task<bool> IsWaitedForAsync(TestDatabase database) => database.ScalarAsync<bool>("""
        SELECT EXISTS (SELECT FROM pg_stat_activity
            WHERE usename = 'credits_app' AND datname = current_database() AND wait_event_type = 'Lock')
        """);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
