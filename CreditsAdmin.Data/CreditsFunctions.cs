using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace CreditsAdmin.Data;

/// <summary>Calls the functions that move credits. One call, one round trip, one transaction.</summary>
internal static class CreditsFunctions
{
    /// <summary>Runs <c>SELECT … FROM function($1, …)</c> and reads its one row; a refusal becomes a value.</summary>
    public static async Task<CreditResult<T>> CallAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel,
        params NpgsqlParameter[] parameters)
        where T : class
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return await ReadAsync(command, read, cancel);
    }

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

    /// <summary>Runs <c>SELECT function()</c> that answers with a number and refuses nothing.</summary>
    public static async Task<long> CountAsync(this NpgsqlDataSource source, string sql, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task<CreditResult<T>> ReadAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
        where T : class
    {
        try
        {
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancel);
            await reader.ReadAsync(cancel);
            return new(read(reader), null);
        }
        catch (PostgresException error) when (CreditRefusal.From(error) is { } refusal)
        {
            return new(null, refusal);
        }
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
