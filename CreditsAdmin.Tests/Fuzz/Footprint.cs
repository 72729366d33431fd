using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>What stands in every table, each as a count and a hash of all rows.</summary>
internal static class Footprint
{
    // What a refused request may leave: when a key was last used, and who was counted against a limit.
    private static readonly string[] Traces = ["rate_limits", "rate_limit_refusals"];

    public static async Task<SortedDictionary<string, string>> TakeAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync();
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in await TablesAsync(connection))
        {
            await using var command = new NpgsqlCommand(
                $"SELECT count(*) || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - 'last_used_at')::text, 0)), 0) FROM {table} AS t", connection);
            found[table] = (string)(await command.ExecuteScalarAsync())!;
        }

        return found;
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            + "WHERE schemaname IN ('credits', 'public', 'auth') AND tablename <> ALL ($1)", connection);
        command.Parameters.AddWithValue(Traces);
        var tables = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        return tables;
    }
}
