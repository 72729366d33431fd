using System.Net.Sockets;
using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Whether the app can work, and if not, what is wrong and which command mends it.</summary>
/// <param name="Ready">Everything is there.</param>
/// <param name="Problem">A sentence; null when ready.</param>
/// <param name="Missing">Tables and migrations that are not there.</param>
/// <param name="Command">What to run; null when nothing can be run here.</param>
public sealed record DatabaseReport(bool Ready, string? Problem, IReadOnlyList<string> Missing, string? Command)
{
    internal static DatabaseReport Good { get; } = new(true, null, [], null);
}

/// <summary>Looks at the database as the app's own login, the way every request will.</summary>
public sealed class DatabaseCheck(CreditsDatabase database)
{
    private const string Migrate = "dotnet run --project CreditsAdmin.Web -- migrate";

    private static readonly string[] Tables =
    [
        "credits.settings", "credits.data_protection_keys", "credits.users", "credits.audit_log", "credits.staff",
        "credits.passwords", "credits.api_keys",
        "credits.accounts", "credits.jobs", "credits.receipts", "credits.grants", "credits.ledger_entries",
        "credits.seals", "credits.ledger_checks",
        "public.balances", "public.jobs", "public.receipts", "public.ledger_entries",
    ];

    /// <summary>Never throws for a database that is away or incomplete: that is what the report says.</summary>
    public async Task<DatabaseReport> RunAsync(CancellationToken cancel)
    {
        try
        {
            // One connection that broke is not a database that is away.
            var missing = await Tries.OfRepeatableCall.ExecuteAsync(async stop => await MissingAsync(stop), cancel);
            return missing.Count == 0
                ? DatabaseReport.Good
                : new(false, "The database is not migrated: parts of it are missing.", missing, Migrate);
        }
        catch (PostgresException error) when (error.SqlState is "28P01" or "28000" or "42501")
        {
            return new(false, "The database does not know the app's login credits_app yet, or not with the password that "
                + "belongs to this connection string.", ["role credits_app"], Migrate);
        }
        catch (PostgresException error) when (error.SqlState == "3D000")
        {
            return new(false, $"The database does not exist: {error.MessageText}.", [], null);
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException)
        {
            return new(false, $"The database cannot be reached: {Innermost(error)}. Check that it runs and that "
                + "ConnectionStrings__Credits names the right host, port and database.", [], null);
        }
    }

    private async Task<List<string>> MissingAsync(CancellationToken cancel)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancel);
        var missing = await MissingTablesAsync(connection, cancel);
        missing.AddRange(await MissingMigrationsAsync(connection, cancel));
        return missing;
    }

    private static async Task<List<string>> MissingTablesAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "SELECT name FROM unnest($1) AS name WHERE to_regclass(name) IS NULL", connection);
        command.Parameters.AddWithValue(Tables);
        return await ReadAsync(command, "table ", cancel);
    }

    // Files pasted into an SQL editor leave no record; then only the tables can tell.
    private static async Task<List<string>> MissingMigrationsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var exists = new NpgsqlCommand(
            "SELECT coalesce(has_table_privilege(to_regclass('credits.schema_migrations'), 'SELECT'), false)", connection);
        if (await exists.ExecuteScalarAsync(cancel) is not true) return [];
        await using var command = new NpgsqlCommand(
            "SELECT file.name FROM unnest($1, $2, $3) AS file (version, checksum, name) WHERE NOT EXISTS "
            + "(SELECT FROM credits.schema_migrations m WHERE m.version = file.version AND m.checksum = file.checksum)",
            connection);
        command.Parameters.AddWithValue(MigrationFiles.All.Select(file => file.Version).ToArray());
        command.Parameters.AddWithValue(MigrationFiles.All.Select(file => file.Checksum).ToArray());
        command.Parameters.AddWithValue(MigrationFiles.All.Select(file => file.ToString()).ToArray());
        return await ReadAsync(command, "migration ", cancel);
    }

    private static async Task<List<string>> ReadAsync(NpgsqlCommand command, string prefix, CancellationToken cancel)
    {
        var names = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) names.Add(prefix + reader.GetString(0));
        return names;
    }

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner) error = inner;
        return error.Message;
    }
}
