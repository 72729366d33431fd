using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>A database's memory of its migrations: our table with checksums and that of Supabase's tools.</summary>
internal static class MigrationRecords
{
    private const string Tables = """
        CREATE SCHEMA IF NOT EXISTS credits;
        CREATE TABLE IF NOT EXISTS credits.schema_migrations (
          version text PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now());
        CREATE SCHEMA IF NOT EXISTS supabase_migrations;
        CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (
          version text PRIMARY KEY,
          statements text[],
          name text);
        """;

    private const string Applied = """
        INSERT INTO credits.schema_migrations (version, name, checksum) VALUES ($1, $2, $3)
        ON CONFLICT (version) DO UPDATE SET name = $2, checksum = $3, applied_at = now()
        """;

    private const string AppliedForSupabase = """
        INSERT INTO supabase_migrations.schema_migrations (version, name, statements) VALUES ($1, $2, ARRAY[$3])
        ON CONFLICT (version) DO UPDATE SET name = $2, statements = ARRAY[$3]
        """;

    private const string Missing = """
        SELECT to_regclass('credits.schema_migrations') IS NULL
            OR to_regclass('supabase_migrations.schema_migrations') IS NULL
        """;

    // Asking first: on a database that has them, no right to create anything is needed.
    internal static async Task PrepareAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Missing, connection);
        if (!(bool)(await command.ExecuteScalarAsync(ct))!) return;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        command.CommandText = Tables;
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Versions and checksums; none when the database was never migrated.</summary>
    internal static async Task<Dictionary<string, string>> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT to_regclass('credits.schema_migrations') IS NOT NULL", connection);
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!(bool)(await command.ExecuteScalarAsync(ct))!) return applied;
        command.CommandText = "SELECT version, checksum FROM credits.schema_migrations";
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    /// <summary>Remembers a file, in the transaction that it ran in.</summary>
    internal static async Task WriteAsync(NpgsqlConnection connection, MigrationFile file, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command(Applied, file.Version, file.Name, file.Checksum),
                Command(AppliedForSupabase, file.Version, file.Name, file.Sql),
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlBatchCommand Command(string sql, params IEnumerable<string> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
