using Npgsql;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>What must hold whatever happened: the invariants that the product itself checks. Asserted after every test that
/// may have moved credits.</summary>
public static class Laws
{
    /// <summary>Fails with the invariants that are broken, how often, and one example of each.</summary>
    public static async Task AssertAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync();
        Assert.Empty(await BrokenAsync(connection, since: null));
    }

    /// <summary>The broken invariants, such as <c>I1</c>, each with a sentence.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> BrokenAsync(NpgsqlConnection connection, long? since)
    {
        await using var command = new NpgsqlCommand(
            "SELECT invariant, format('broken %s times, such as at %s: %s', violations, example, law) "
            + "FROM check_ledger($1) WHERE violations > 0", connection);
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Bigint, (object?)since ?? DBNull.Value);
        var broken = new Dictionary<string, string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) broken.Add(reader.GetString(0), reader.GetString(1));
        return broken;
    }
}
