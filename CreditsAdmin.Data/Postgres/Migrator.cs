using System.Diagnostics;
using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Brings a database's schema up to date.</summary>
/// <param name="ownerConnectionString">
/// The owner's login, on a session of its own: a pooler in transaction mode cannot hold the lock that keeps two
/// migrators apart.
/// </param>
/// <param name="files">What to apply; this binary's own migrations when not given.</param>
public sealed class Migrator(string ownerConnectionString, IReadOnlyList<MigrationFile>? files = null)
{
    // "credits" in ASCII: any number does, as long as every version of this program uses the same.
    private const long Lock = 0x63726564697473;
    private readonly MigrationFile[] files = MigrationFiles.Sorted(files ?? MigrationFiles.All);

    /// <summary>
    /// Runs every file that is new or has changed, each in a transaction of its own together with its record, and
    /// gives what ran. Can be run again after any failure. Refuses a database that a newer binary has migrated.
    /// </summary>
    public async Task<IReadOnlyList<MigrationFile>> ApplyAsync(Action<string> say, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await LockAsync(connection, say, ct);
        await MigrationRecords.PrepareAsync(connection, ct);
        var applied = await MigrationRecords.ReadAsync(connection, ct);
        if (MigrationStatus.Compare(files, applied).Newer(files) is { } newer)
            throw new MigrationException(
                $"The database was migrated to {newer} by a newer version of this program: start that version.");
        MigrationFile[] due = [.. files.Where(file => applied.GetValueOrDefault(file.Version) != file.Checksum)];
        foreach (var file in due)
        {
            var took = Stopwatch.StartNew();
            await RunAsync(connection, file, ct);
            say($"Applied {file} in {took.ElapsedMilliseconds} ms.");
        }
        return due;
    }

    /// <summary>Compares without changing anything; needs no more than the right to read the record.</summary>
    public async Task<MigrationStatus> StatusAsync(CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        return MigrationStatus.Compare(files, await MigrationRecords.ReadAsync(connection, ct));
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        // Without a pool the session ends here, and with it the lock. Building an index may take as long as it takes.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ownerConnectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            ApplicationName = "creditsadmin migrate",
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Asking again and again, because a session that waits inside the server holds up what it waits for.
    private static async Task LockAsync(NpgsqlConnection connection, Action<string> say, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Lock})", connection);
        for (var told = false; !(bool)(await command.ExecuteScalarAsync(ct))!; told = true)
        {
            if (!told) say("Another process is migrating this database; waiting for it.");
            await Task.Delay(100, ct);
        }
    }

    // The server splits the file into statements, since no client knows every rule of its grammar; inside EXECUTE it
    // also refuses a COMMIT, which would part the file from its record.
    private static async Task RunAsync(NpgsqlConnection connection, MigrationFile file, CancellationToken ct)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await ExecuteAsync(connection, "SET LOCAL lock_timeout = '10s'", ct);
            await ExecuteAsync(connection, "SELECT set_config('credits.migration', $1, true)", ct, file.Sql);
            await ExecuteAsync(connection, "DO $$ BEGIN EXECUTE current_setting('credits.migration'); END $$", ct);
            // What a file sets for itself ends with it.
            await ExecuteAsync(connection, "RESET ROLE; RESET ALL", ct);
            await MigrationRecords.WriteAsync(connection, file, ct);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException failure)
        {
            throw new MigrationException(
                $"{Place(file, failure)}: {failure.MessageText} ({failure.SqlState}).", failure);
        }
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken ct, params IEnumerable<string> values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Place(MigrationFile file, PostgresException failure)
    {
        if (failure.InternalQuery != file.Sql || failure.InternalPosition < 1) return file.ToString();
        var end = Math.Min(failure.InternalPosition, file.Sql.Length);
        return $"{file} line {file.Sql.AsSpan(0, end).Count('\n') + 1}";
    }
}
