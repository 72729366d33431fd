using System.Text;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>Whoever owns the database can rewrite rows. The chain shows that somebody did.</summary>
public class TamperTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    private const int Tampers = 100;

    [Fact]
    public async Task A_hundred_random_tampers_are_found_a_hundred_times_with_and_without_the_database()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        await PrepareAsync();
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await RunAsync(connection, "SET LOCAL session_replication_role = replica");
        await RunAsync(connection, WithoutRules);
        Assert.True((await ExportedAsync(connection)).Sound);

        for (var tamper = 0; tamper < Tampers; tamper++)
        {
            await transaction.SaveAsync("before", Cancel);
            var what = await TamperAsync(connection, random);
            var (offline, online) = (await ExportedAsync(connection), await Laws.BrokenAsync(connection, since: null));
            Assert.False(offline.Sound, $"Seed {seed}, tamper {tamper}, not found offline: {what}");
            Assert.True(online.ContainsKey("I10"), $"Seed {seed}, tamper {tamper}, not found in the database: {what}");
            await transaction.RollbackAsync("before", Cancel);
        }
    }

    [Theory]
    [InlineData("UPDATE credits.jobs SET caller_id = (SELECT max(id) FROM credits.callers)")]
    [InlineData("UPDATE credits.jobs SET operation = 'video'")]
    [InlineData("UPDATE credits.jobs SET idempotency_key = 'x'")]
    [InlineData("UPDATE credits.callers SET actor = 'somebody else' WHERE actor LIKE 'sql:%'")]
    [InlineData("UPDATE credits.users SET is_demo = true")]
    [InlineData("UPDATE credits.audit_log SET after = NULL")]
    [InlineData("UPDATE credits.seals SET hash = sha256('') WHERE id = 1")]
    [InlineData("DELETE FROM credits.seals WHERE id = 2")]
    [InlineData("DELETE FROM credits.seals WHERE id = (SELECT max(id) FROM credits.seals)")]
    [InlineData("INSERT INTO credits.audit_log (id, actor, via, action) OVERRIDING SYSTEM VALUE VALUES (0, 'x', 'sql', 'x')")]
    public async Task What_the_rows_hang_on_is_covered_too(string statement)
    {
        await PrepareAsync();
        await Database.ExecuteAsync("SELECT watch_ledger(0, true)");
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);

        await RunAsync(connection, $"SET LOCAL session_replication_role = replica; {statement}");

        Assert.Contains("I10", await Laws.BrokenAsync(connection, since: null));
    }

    // Three seals over users, jobs, grants, payments, and numbers that were never used.
    private async Task PrepareAsync()
    {
        var commands = new LedgerCheckCommands(Database.Credits);
        for (var part = 0; part < 3; part++)
        {
            var user = await Database.SignUpAsync();
            await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 2, 'k')", user);
            await Database.ExecuteAsync("BEGIN; SELECT nextval('credits.ledger_entries_id_seq'), nextval('credits.audit_log_id_seq'); ROLLBACK");
            await Database.ExecuteAsync("SELECT grant_credits($1, 3, 'paid', 'why', 'g', p_request_id => 'r-1')", user);
            await Database.ExecuteAsync("SELECT fail_job(id, 'no', p_actor => 'cli:ana', p_via => 'cli') FROM credits.jobs WHERE user_id = $1", user);
            await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500, $2)", user, $"BMC-{user}");
            await commands.SealAsync(Cancel);
            await commands.SealAsync(Cancel);
        }
    }

    private static async Task<string> TamperAsync(NpgsqlConnection connection, Random random)
    {
        var table = random.Next(3) == 0 ? "audit_log" : "ledger_entries";
        var columns = (await TextAsync(connection, "SELECT string_agg(column_name || ' ' || data_type, ';' ORDER BY column_name) "
            + $"FROM information_schema.columns WHERE table_schema = 'credits' AND table_name = '{table}'")).Split(';');
        var ids = (await TextAsync(connection, $"SELECT string_agg(id::text, ' ' ORDER BY id) FROM credits.{table}")).Split(' ');
        var (id, other) = (ids[random.Next(ids.Length - 1)], ids[^1]);
        var parts = columns[random.Next(columns.Length)].Split(' ', 2);
        var free = await TextAsync(connection, $"SELECT min(n)::text FROM generate_series(1, {other}) n WHERE n NOT IN (SELECT id FROM credits.{table})");
        var names = string.Join(", ", columns.Select(column => column.Split(' ')[0]).Where(name => name != "id"));
        var statement = random.Next(6) switch
        {
            0 => $"DELETE FROM credits.{table} WHERE id = {id}",
            1 => $"INSERT INTO credits.{table} (id, {names}) SELECT {free}, {names} FROM credits.{table} WHERE id = {id}",
            2 => $"UPDATE credits.{table} SET id = 0 WHERE id = {id}; UPDATE credits.{table} SET id = {id} WHERE id = {other}; "
                + $"UPDATE credits.{table} SET id = {other} WHERE id = 0",
            _ => $"UPDATE credits.{table} SET {parts[0]} = {Another(parts[0], parts[1])} WHERE id = {id}",
        };
        await RunAsync(connection, statement);
        return statement;
    }

    private static string Another(string column, string type) => type switch
    {
        "bigint" or "integer" => $"coalesce({column}, 0) + 1000",
        "uuid" => "gen_random_uuid()",
        "jsonb" => $"coalesce({column}, '{{}}') || '{{\"more\": null}}'",
        "timestamp with time zone" => $"{column} + interval '1 microsecond'",
        _ => $"coalesce({column}, '') || 'x'",
    };

    private static async Task<ChainVerdict> ExportedAsync(NpgsqlConnection connection)
    {
        var text = await TextAsync(connection, "SELECT string_agg(line || E'\\n', '' ORDER BY s.id, l.nr) FROM credits.seals s, "
            + "LATERAL read_seal(s.id) WITH ORDINALITY AS l(line, nr)");
        using var chain = new ChainFile(expectedHead: null);
        return await chain.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Cancel);
    }

    private static async Task<string> TextAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private const string WithoutRules = """
        DO $$
        DECLARE
            v_rule record;
        BEGIN
            FOR v_rule IN SELECT c.conrelid::regclass AS place, c.conname FROM pg_constraint c WHERE c.contype IN ('c', 'u')
                AND c.conrelid IN ('credits.ledger_entries'::regclass, 'credits.audit_log'::regclass) LOOP
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', v_rule.place, v_rule.conname);
            END LOOP;
            ALTER TABLE credits.ledger_entries ALTER COLUMN id DROP IDENTITY;
            ALTER TABLE credits.audit_log ALTER COLUMN id DROP IDENTITY;
            DROP INDEX credits.ledger_entries_adjustment_counts_once;
        END
        $$
        """;
}
