using System.Text.RegularExpressions;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;
using NpgsqlTypes;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>The accounts of one case, to be charged in one of two ways. What comes back names users and jobs by number, so
/// that two sets can be compared.</summary>
internal sealed partial class AccountSet(NpgsqlConnection connection, string[] actors)
{
    private readonly Guid[] users = [.. Enumerable.Range(0, ChargeCase.Users + 2).Select(_ => Guid.NewGuid())];
    private readonly Dictionary<string, string> names = [];

    public async Task OpenAsync(IReadOnlyList<(int Free, int Paid, bool Mixed)> accounts)
    {
        for (var i = 0; i < users.Length; i++) names[users[i].ToString()] = $"user {i}";
        await using var command = new NpgsqlCommand("""
            INSERT INTO auth.users (id, email) SELECT id, id || '@example.com' FROM unnest($1) id;
            """, connection);
        command.Parameters.AddWithValue(users[..(ChargeCase.Users + 1)]);
        await command.ExecuteNonQueryAsync();
        await RunAsync("DELETE FROM credits.accounts WHERE user_id = $1", users[ChargeCase.Users]);
        for (var i = 0; i < accounts.Count; i++)
        {
            var (free, paid, mixed) = accounts[i];
            if (free > 0) await RunAsync("SELECT grant_credits($1, $2, 'promotional', 'A test', 'f')", users[i], (long)free);
            if (paid > 0) await RunAsync("SELECT grant_credits($1, $2, 'paid', 'A test', 'p')", users[i], (long)paid);
            if (mixed)
            {
                await RunAsync("SELECT set_config('credits.posting', 'on', false)");
                await RunAsync("UPDATE credits.accounts SET burn_order = $2 WHERE user_id = $1", users[i],
                    new long[] { free - (free / 3), paid - (paid / 2), 0, 0 });
                await RunAsync("SELECT set_config('credits.posting', '', false)");
            }
        }
    }

    /// <summary>One after the other.</summary>
    public async Task<string[]> ChargeAsync(ChargeStep[] steps)
    {
        var answers = new List<string>();
        foreach (var step in steps)
        {
            await using var command = new NpgsqlCommand(
                "SELECT (to_jsonb(j) - 'created_at' - 'deadline')::text || (j.deadline - j.created_at) "
                + "FROM charge_credits($1, $2, $3, $4, $5, $6, 'api', 'r', $7) j", connection);
            Add(command, NpgsqlDbType.Uuid, users[step.User]);
            Add(command, NpgsqlDbType.Text, step.Operation);
            Add(command, NpgsqlDbType.Bigint, step.Cost);
            Add(command, NpgsqlDbType.Text, step.Key);
            Add(command, NpgsqlDbType.Jsonb, step.Metadata);
            Add(command, NpgsqlDbType.Text, actors[step.Caller]);
            Add(command, NpgsqlDbType.Integer, step.Seconds);
            try
            {
                answers.Add((string)(await command.ExecuteScalarAsync())!);
            }
            catch (PostgresException error)
            {
                answers.Add($"{error.SqlState} {error.MessageText} {error.Detail}");
            }
        }

        return [.. answers.Select(Named)];
    }

    /// <summary>All in one call.</summary>
    public async Task<string[]> ChargeBatchAsync(ChargeStep[] steps)
    {
        await using var command = new NpgsqlCommand("""
            SELECT coalesce(o.refusal || ' ' || o.message || ' ' || o.detail::text,
                (to_jsonb(o.job) - 'created_at' - 'deadline')::text || ((o.job).deadline - (o.job).created_at))
            FROM charge_credits_batch($1, $2, $3, $4, $5, $6, 'api', $7, $8) o ORDER BY o.item
            """, connection);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, steps.Select(step => users[step.User]).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, steps.Select(step => step.Operation).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, steps.Select(step => step.Cost).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, steps.Select(step => step.Key).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Jsonb, steps.Select(step => step.Metadata).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, steps.Select(step => actors[step.Caller]).ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, steps.Select(_ => "r").ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, steps.Select(step => step.Seconds).ToArray());
        return await ReadAsync(command);
    }

    /// <summary>Every balance and every line of every ledger.</summary>
    public async Task<string[]> StateAsync()
    {
        await using var command = new NpgsqlCommand("""
            SELECT format('%s: %s free, %s paid, version %s: %s', u.nr, a.free, a.paid, a.version,
                (SELECT string_agg(format('%s %s %s/%s -> %s/%s job %s', e.seq, e.kind, e.delta, e.free_delta, e.balance_after,
                    e.free_after, e.job_id), '; ' ORDER BY e.seq) FROM credits.ledger_entries e WHERE e.user_id = a.user_id))
            FROM unnest($1) WITH ORDINALITY AS u(id, nr) LEFT JOIN credits.accounts a ON a.user_id = u.id ORDER BY u.nr
            """, connection);
        command.Parameters.AddWithValue(users);
        return await ReadAsync(command);
    }

    private async Task<string[]> ReadAsync(NpgsqlCommand command)
    {
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add(Named(reader.GetString(0)));
        return [.. rows];
    }

    private async Task RunAsync(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync();
    }

    private string Named(string text) => Id().Replace(text, id =>
        names.TryGetValue(id.Value, out var name) ? name : names[id.Value] = $"job {names.Count - users.Length}");

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();
}
