using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Database;

/// <summary>What a direct connection may see and do as a user, as nobody, and as the app's own logins.</summary>
public class RowSecurityTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private static readonly string[] Views = ["balances", "jobs", "ledger_entries", "receipts"];

    [Fact]
    public async Task A_user_sees_their_own_rows_and_nobody_elses()
    {
        var (ana, bo) = (await BusyUserAsync(), await BusyUserAsync());

        await AsAsync("authenticated", ana, async connection =>
        {
            foreach (var view in Views)
            {
                Assert.True(await CountAsync(connection, $"SELECT count(*) FROM {view} WHERE user_id = '{ana}'") > 0, view);
                Assert.Equal(0, await CountAsync(connection, $"SELECT count(*) FROM {view} WHERE user_id <> '{ana}'"));
                Assert.Equal(0, await CountAsync(connection, $"SELECT count(*) FROM {view} WHERE user_id = '{bo}'"));
            }
        });
    }

    [Fact]
    public async Task A_user_can_write_nothing_but_a_claim_of_their_own()
    {
        var (ana, bo) = (await BusyUserAsync(), await BusyUserAsync());
        foreach (var view in Views)
        {
            // 55000: the view joins tables, so PostgreSQL refuses before it looks at rights.
            var denied = view == "ledger_entries" ? "55000" : "42501";
            Assert.Equal(denied, await TryAsAsync("authenticated", ana, $"UPDATE {view} SET user_id = '{ana}'"));
            Assert.Equal(denied, await TryAsAsync("authenticated", ana, $"DELETE FROM {view}"));
            Assert.Equal(denied, await TryAsAsync("authenticated", ana, $"INSERT INTO {view} (user_id) VALUES ('{ana}')"));
        }

        foreach (var call in new[]
        {
            $"charge_credits('{ana}', 'image', 1, 'k')", $"grant_credits('{ana}', 1000000, 'paid', 'because', 'k')",
            $"record_receipt('{ana}', 1000000, 1)", "verify_receipt(gen_random_uuid(), 1)", "reject_receipt(gen_random_uuid(), 'no')",
            "fail_job(gen_random_uuid())", "complete_job(gen_random_uuid())", $"set_staff('{ana}', 'admin')",
            "create_api_key('k', 'abcdefgh', sha256(''), '{jobs:write}', 'sql:x')", "clear_demo_data()", "change_settings(1000, 1)",
            "create_webhook_endpoint('https://example.com/', '{balance.low}', '')", "claim_webhook_deliveries(1, 1, 1)",
            "resend_webhook_delivery(gen_random_uuid())", $"set_low_balance('{ana}', 0)",
            $"check_rate_limit('{ana}', 'user', 1, 60)", $"take_rate_limit('{ana}', 'user', 1, 60)", "cleanup_expired_rate_limits()",
            $"record_rate_limit_refusals('{ana}', 'user', 1, 60, 'fixed', now(), 1)",
            "rotate_api_key('k', 'abcdefgh', sha256(''), '1 hour', 'sql:x')", "touch_api_key(gen_random_uuid())",
            "void_grant(gen_random_uuid(), 'no')", $"explain_balance('{bo}')", "seal_ledger()", "read_seal(1)", "check_ledger()", "watch_ledger()",
            "create_user('x@example.com')", "store_data_protection_key('k', '<k/>')", $"begin_sign_in('{ana}')", $"complete_sign_in('{ana}')",
        })
        {
            Assert.Equal("42501", await TryAsAsync("authenticated", ana, $"SELECT {call}"));
        }

        Assert.Equal("CR012", await TryAsAsync("authenticated", ana, $"SELECT claim_receipt('{bo}', 'bmc', 'BMC-1', 500)"));
        Assert.Equal("CR012", await TryAsAsync("authenticated", ana, $"SELECT claim_receipt('{ana}', 'stripe', 'BMC-1', 500)"));
        Assert.Null(await TryAsAsync("authenticated", ana, $"SELECT claim_receipt('{ana}', 'bmc', 'BMC-1', 500)"));
    }

    [Fact]
    public async Task A_function_that_reads_shows_a_user_their_own_and_nobody_elses()
    {
        var (ana, bo) = (await BusyUserAsync(), await BusyUserAsync());
        var grant = await Database.ScalarAsync<Guid>("SELECT id FROM credits.grants WHERE user_id = $1 LIMIT 1", bo);

        await AsAsync("authenticated", ana, async connection =>
        {
            Assert.Equal(1, await CountAsync(connection, "SELECT count(*) FROM me"));
            Assert.Equal(1, await CountAsync(connection, $"SELECT count(*) FROM list_grants('{ana}')"));
            Assert.Equal(1, await CountAsync(connection, $"SELECT count(*) FROM balance_at('{ana}', now())"));
            Assert.Equal(2, await CountAsync(connection, $"SELECT entry_seq_at('{ana}', now() + interval '1 hour')"));
            Assert.Equal(0, await CountAsync(connection, $"SELECT count(*) FROM list_grants('{bo}')"));
            Assert.Equal(0, await CountAsync(connection, $"SELECT count(*) FROM list_grants(NULL, '{grant}')"));
            Assert.Equal(0, await CountAsync(connection, $"SELECT count(*) FROM balance_at('{bo}', now())"));
            Assert.Equal(0, await CountAsync(connection, $"SELECT entry_seq_at('{bo}', now() + interval '1 hour')"));
        });
        Assert.Equal("CR012", await TryAsAsync("authenticated", ana,
            $"SELECT claim_receipt('{ana}', 'bmc', 'BMC-7', 500, 'USD', NULL, 'k', 'key:{bo}')"));
        foreach (var call in new[] { $"list_grants('{ana}')", $"balance_at('{ana}', now())", $"entry_seq_at('{ana}', now())" })
        {
            Assert.Equal("42501", await TryAsAsync("anon", null, $"SELECT {call}"));
        }
    }

    [Fact]
    public async Task The_private_tables_are_out_of_reach_for_users()
    {
        var ana = await BusyUserAsync();
        foreach (var table in new[] { "accounts", "ledger_entries", "jobs", "receipts", "passwords", "api_keys", "audit_log", "staff",
            "webhook_endpoints", "webhook_secrets", "webhook_events", "webhook_deliveries", "webhook_attempts", "webhook_log",
            "rate_limits", "rate_limit_refusals" })
        {
            Assert.Equal("42501", await TryAsAsync("authenticated", ana, $"SELECT * FROM credits.{table}"));
            Assert.Equal("42501", await TryAsAsync("authenticated", ana, $"TRUNCATE credits.{table} CASCADE"));
        }
    }

    [Fact]
    public async Task Anon_sees_and_does_nothing_at_all()
    {
        var ana = await BusyUserAsync();
        foreach (var view in Views) Assert.Equal("42501", await TryAsAsync("anon", null, $"SELECT * FROM {view}"));
        Assert.Equal("42501", await TryAsAsync("anon", null, $"SELECT claim_receipt('{ana}', 'bmc', 'BMC-2', 500)"));
        Assert.Equal("42501", await TryAsAsync("anon", null, $"SELECT charge_credits('{ana}', 'image', 1, 'k')"));
    }

    [Fact]
    public async Task The_users_login_can_do_nothing_until_it_is_somebody()
    {
        await BusyUserAsync();
        await using var connection = new NpgsqlConnection(Database.Logins.User);
        await connection.OpenAsync(Cancel);
        foreach (var view in Views) Assert.Equal("42501", await TryAsync(connection, $"SELECT * FROM {view}"));
        Assert.Equal("42501", await TryAsync(connection, "SET ROLE service_role"));
        Assert.Equal("42501", await TryAsync(connection, "SET ROLE credits_app"));
        Assert.Equal("CR012", await TryAsync(
            connection, $"SET ROLE authenticated; SELECT claim_receipt('{Guid.NewGuid()}', 'bmc', 'BMC-9', 500)"));
    }

    [Theory]
    [InlineData("UPDATE credits.accounts SET free = 1000000")]
    [InlineData("INSERT INTO credits.staff (user_id, role) SELECT id, 'admin' FROM credits.users")]
    [InlineData("DELETE FROM credits.audit_log")]
    [InlineData("TRUNCATE credits.ledger_entries")]
    [InlineData("SELECT * FROM credits.webhook_secrets")]
    [InlineData("DELETE FROM credits.webhook_events")]
    [InlineData("ALTER TABLE credits.accounts DISABLE ROW LEVEL SECURITY")]
    [InlineData("SELECT credits.post_entry(gen_random_uuid(), 'adjustment', 1, 0, 1, NULL)")]
    public async Task The_apps_login_owns_nothing_and_moves_credits_through_functions_only(string statement)
    {
        await using var connection = new NpgsqlConnection(Database.Logins.App);
        await connection.OpenAsync(Cancel);

        Assert.Equal("42501", await TryAsync(connection, statement));
    }

    [Fact]
    public async Task Every_table_has_row_security_and_no_function_is_everybodys()
    {
        Assert.Equal("", await Database.ScalarAsync<string>(
            "SELECT coalesce(string_agg(c.relname, ', '), '') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            + "WHERE n.nspname = 'credits' AND c.relkind = 'r' AND c.relname <> 'schema_migrations' "
            + "AND NOT c.relrowsecurity"));
        Assert.Equal("", await Database.ScalarAsync<string>(
            "SELECT coalesce(string_agg(p.oid::regprocedure::text, ', '), '') FROM pg_proc p "
            + "JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang WHERE n.nspname IN ('credits', 'public') "
            + "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') "
            // What the planner puts in place of a call cannot have a search_path, and runs as whoever calls.
            + "AND (has_function_privilege('anon', p.oid, 'EXECUTE') OR p.prosecdef OR l.lanname <> 'sql') "
            + "AND (has_function_privilege('anon', p.oid, 'EXECUTE') OR NOT EXISTS "
            + "(SELECT FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%'))"));
    }

    private async Task<Guid> BusyUserAsync()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, 'k')", user);
        await Database.ExecuteAsync("SELECT claim_receipt($1, 'bmc', $2, 500)", user, $"BMC-{user}");
        return user;
    }

    private async Task<string?> TryAsAsync(string role, Guid? user, string statement)
    {
        string? refusal = null;
        await AsAsync(role, user, async connection => refusal = await TryAsync(connection, statement));
        return refusal;
    }

    // A superuser becomes the role, as PostgREST's login does; what counts from then on are the role's own rights.
    private async Task AsAsync(string role, Guid? user, Func<NpgsqlConnection, Task> act)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var become = new NpgsqlCommand(
            "SELECT set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", connection);
        become.Parameters.AddWithValue(role);
        become.Parameters.AddWithValue(JsonSerializer.Serialize(new { sub = user, role }));
        await become.ExecuteNonQueryAsync(Cancel);
        await act(connection);
        await transaction.RollbackAsync(Cancel);
    }

    private static async Task<string?> TryAsync(NpgsqlConnection connection, string statement)
    {
        try
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Cancel);
            return null;
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string query)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
