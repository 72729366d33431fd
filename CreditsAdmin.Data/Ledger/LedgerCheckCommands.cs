using System.Data;
using Npgsql;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Ledger;

/// <summary>Seals, adds up and checks the books. Moves no credits.</summary>
public sealed class LedgerCheckCommands(CreditsDatabase database)
{
    // A full check of many millions of entries takes minutes; nobody waits for it.
    private const int CheckTimeoutSeconds = 3600;

    /// <summary>Seals what was committed up to the mark of the call before, and sets the next mark. Returns how many seals
    /// were made.</summary>
    public async Task<int> SealAsync(CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT seal_ledger()");
        command.CommandTimeout = CheckTimeoutSeconds;
        var (made, all) = (0, 0);
        do
        {
            made = (int)(await command.ExecuteScalarAsync(cancel))!;
            all += made;
        }
        while (made > 0);
        return all;
    }

    /// <summary>Adds what was sealed to the totals by day.</summary>
    public async Task RollUpAsync(CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT roll_up()");
        command.CommandTimeout = CheckTimeoutSeconds;
        while ((long)(await command.ExecuteScalarAsync(cancel))! > 0) cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Makes the check that is due, unless another instance is at it, and keeps its result.</summary>
    /// <param name="every">How often a recent check is due.</param>
    /// <param name="full">A full one is due now.</param>
    /// <param name="cancel">Ends it; what it found is lost.</param>
    /// <returns>What is known now; null before the first check of all.</returns>
    public async Task<LedgerHealth?> WatchAsync(TimeSpan every, bool full, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand(
            "SELECT id, started_at, finished_at, scope, seal_id, violations, unsound, broken::text "
            + "FROM watch_ledger($1, $2) ORDER BY id DESC");
        command.CommandTimeout = CheckTimeoutSeconds;
        command.Parameters.Add(Parameter((int)every.TotalSeconds, NpgsqlTypes.NpgsqlDbType.Integer));
        command.Parameters.Add(Parameter(full, NpgsqlTypes.NpgsqlDbType.Boolean));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var checks = new List<LedgerCheck>();
        while (await reader.ReadAsync(cancel)) checks.Add(Read(reader));
        return checks is [var last, ..] ? new(last, checks.Find(check => check.Scope == "full")) : null;
    }

    /// <summary>Writes the whole chain, in one snapshot: what each seal covers, the seal and its hash, line by line; then
    /// the rows that no seal covers yet.</summary>
    public async Task ExportAsync(Stream file, CancellationToken cancel)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancel);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        await using var count = new NpgsqlCommand("SELECT coalesce(max(id), 0) FROM credits.seals", connection);
        var seals = (long)(await count.ExecuteScalarAsync(cancel))!;
        await using var writer = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
        for (var seal = 1L; seal <= seals + 1; seal++)
        {
            // Without a number: what no seal covers.
            await using var lines = new NpgsqlCommand("SELECT read_seal($1)", connection);
            lines.CommandTimeout = CheckTimeoutSeconds;
            lines.Parameters.Add(Value(seal <= seals ? seal : null));
            await using var reader = await lines.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel)) await writer.WriteLineAsync(reader.GetString(0).AsMemory(), cancel);
        }
    }

    private static LedgerCheck Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        StartedAt = row.GetFieldValue<DateTimeOffset>(1),
        FinishedAt = row.GetFieldValue<DateTimeOffset>(2),
        Scope = row.GetString(3),
        SealId = row.LongOrNull(4),
        Violations = row.GetInt64(5),
        Unsound = row.GetBoolean(6),
        Broken = row.GetString(7),
    };
}
