using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Database;

/// <summary>A database as Supabase has it: an owner who is no superuser, an auth schema that belongs to somebody else, and
/// default rights that give anon and authenticated everything in public.</summary>
public class SupabaseShapeTests(TestCluster cluster)
{
    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_migrations_run_without_a_superuser_twice_and_leave_nobody_a_way_in()
    {
        var owner = await ShapeAsync();
        await new Migrator(owner).ApplyAsync(_ => { }, Cancel);
        foreach (var file in MigrationFiles.All) await PasteAsync(owner, file.Sql);
        await using var database = new TestDatabase(owner);

        var user = await database.SignUpAsync("ana@example.com");
        var receipt = await database.ScalarAsync<Guid>("SELECT id FROM claim_receipt($1, 'bmc', 'BMC-1', 500)", user);
        await database.ExecuteAsync("SELECT verify_receipt($1, 5)", receipt);
        await database.ExecuteAsync("SELECT fail_job(id) FROM charge_credits($1, 'image', 7, 'k')", user);
        await database.ExecuteAsync("SELECT charge_credits($1, 'image', 7, 'l')", user);

        Assert.Equal((0, 3), await database.BalanceAsync(user));
        Assert.Equal("", await database.ScalarAsync<string>(
            "SELECT coalesce(string_agg(p.oid::regprocedure::text, ', '), '') FROM pg_proc p "
            + "JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' "
            + "AND (has_function_privilege('anon', p.oid, 'EXECUTE') OR (has_function_privilege('authenticated', p.oid, 'EXECUTE') "
            + "AND p.proname NOT IN ('claim_receipt', 'estimate_credits', 'balance_at', 'list_grants', 'entry_seq_at')))"));
        Assert.Equal("", await database.ScalarAsync<string>(
            "SELECT coalesce(string_agg(c.relname, ', '), '') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            + "WHERE n.nspname = 'public' AND (has_table_privilege('anon', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') "
            + "OR has_table_privilege('authenticated', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))"));
        await Laws.AssertAsync(database);
    }

    // One file after the other, as somebody does it in an SQL editor.
    private static async Task PasteAsync(string owner, string sql)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<string> ShapeAsync()
    {
        var empty = await cluster.CreateEmptyDatabaseAsync();
        await PasteAsync(empty, """
            CREATE ROLE postgres_like LOGIN CREATEROLE PASSWORD 'a-password-of-the-tests';
            CREATE ROLE auth_admin_like NOLOGIN;
            CREATE SCHEMA auth AUTHORIZATION auth_admin_like;
            SET ROLE auth_admin_like;
            CREATE TABLE auth.users (id uuid PRIMARY KEY, aud varchar(255), role varchar(255), email varchar(255),
                raw_app_meta_data jsonb, raw_user_meta_data jsonb, created_at timestamptz, updated_at timestamptz);
            CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS
                $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
            CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (auth.jwt() ->> 'sub')::uuid $$;
            CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT auth.jwt() ->> 'role' $$;
            GRANT USAGE ON SCHEMA auth TO postgres_like, anon, authenticated, service_role;
            GRANT ALL ON auth.users TO postgres_like;
            RESET ROLE;
            GRANT ALL ON SCHEMA public TO postgres_like;
            GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
            DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO postgres_like', current_database()); END $$;
            ALTER DEFAULT PRIVILEGES FOR ROLE postgres_like IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
            ALTER DEFAULT PRIVILEGES FOR ROLE postgres_like IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role;
            """);
        return new NpgsqlConnectionStringBuilder(empty)
        {
            Username = "postgres_like",
            Password = "a-password-of-the-tests",
        }.ConnectionString;
    }
}
