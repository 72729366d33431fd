using System.Data;
using Npgsql;
using NpgsqlTypes;
using Polly;

namespace CreditsAdmin.Data;

/// <summary>Calls the functions that move credits. One call, one round trip, one transaction.</summary>
internal static class CreditsFunctions
{
    // Far above what a call takes, even one that waits its 2 s for a lock: then the database is as good as away.
    private const int MostSeconds = 5;

    /// <summary>Runs <c>SELECT … FROM function($1, …)</c> and reads its one row; a refusal becomes a value. Tried again
    /// only when the database took it back.</summary>
    public static Task<CreditResult<T>> CallAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] parameters)
        where T : class =>
        source.TryAsync(Tries.OfAnyCall, sql, parameters, (command, stop) => ReadAsync(command, read, stop), cancel);

    /// <summary>The same for a function that does one thing once, by its idempotency key or by the state that it finds:
    /// also tried again when it is not known whether it was carried out.</summary>
    public static Task<CreditResult<T>> CallRepeatableAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] parameters)
        where T : class =>
        source.TryAsync(
            Tries.OfRepeatableCall, sql, parameters, (command, stop) => ReadAsync(command, read, stop), cancel);

    /// <summary>The same for a function that answers many rows; a refusal of the call as a whole is an
    /// exception.</summary>
    public static Task<List<T>> CallRowsRepeatableAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] parameters) =>
        source.TryAsync(
            Tries.OfRepeatableCall, sql, parameters, (command, stop) => ReadRowsAsync(command, read, stop), cancel);

    /// <summary>The same inside a transaction that somebody else began.</summary>
    public static async Task<CreditResult<T>> CallAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] parameters)
        where T : class
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return await ReadAsync(command, read, cancel);
    }

    /// <summary>Runs <c>SELECT function()</c> that answers with a number, refuses nothing and may be called again at any
    /// time.</summary>
    public static Task<long> CountAsync(this NpgsqlDataSource source, string sql, CancellationToken cancel) =>
        source.TryAsync(
            Tries.OfRepeatableCall, sql, [], async (command, stop) => (long)(await command.ExecuteScalarAsync(stop))!, cancel);

    private static async Task<T> TryAsync<T>(
        this NpgsqlDataSource source, ResiliencePipeline tries, string sql, NpgsqlParameter[] parameters,
        Func<NpgsqlCommand, CancellationToken, Task<T>> run, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql) { CommandTimeout = MostSeconds };
        command.Parameters.AddRange(parameters);
        return await tries.ExecuteAsync(async stop =>
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            command.Connection = connection;
            var confirmed = true;
            connection.Notice += (_, said) => confirmed &= said.Notice.SqlState != PostgresErrorCodes.Warning;
            var result = await run(command, stop);
            // A wait for a standby that is cancelled ends in a commit with this warning: it may be lost with the primary.
            return confirmed ? result : throw new TimeoutException("No standby confirmed the commit.");
        }, cancel);
    }

    private static async Task<CreditResult<T>> ReadAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
        where T : class
    {
        try
        {
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancel);
            await reader.ReadAsync(cancel);
            var result = read(reader);
            // The row comes before the commit. Only what follows it says that the commit is done, and closing a reader
            // keeps a timeout to itself.
            await reader.NextResultAsync(cancel);
            return new(result, null);
        }
        catch (PostgresException error) when (CreditRefusal.From(error) is { } refusal)
        {
            return new(null, refusal);
        }
    }

    private static async Task<List<T>> ReadRowsAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
    {
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel)) rows.Add(read(reader));
        await reader.NextResultAsync(cancel);
        return rows;
    }

    public static NpgsqlParameter Value(Guid? value) => Parameter(value, NpgsqlDbType.Uuid);

    public static NpgsqlParameter Value(long? value) => Parameter(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Value(string? value) => Parameter(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Value(DateTimeOffset? value) =>
        Parameter(value?.ToUniversalTime(), NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Json(string? value) => Parameter(value, NpgsqlDbType.Jsonb);

    public static NpgsqlParameter Parameter(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    public static long? LongOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
