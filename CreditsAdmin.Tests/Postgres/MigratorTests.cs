using CreditsAdmin.Data.Postgres;
using Npgsql;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>Applying migrations.</summary>
public sealed class MigratorTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static readonly MigrationFile One = new("20260101000100", "one",
        "CREATE TABLE IF NOT EXISTS one (n int); -- a ; in a comment\nINSERT INTO one VALUES (1);");

    private static readonly MigrationFile Two = new("20260101000200", "two",
        "CREATE OR REPLACE FUNCTION two() RETURNS text LANGUAGE sql AS $body$ SELECT 'a;b'; $body$;\n"
        + "CREATE OR REPLACE FUNCTION three() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 3; END;");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_file_runs_once_in_order_and_both_records_name_it()
    {
        var database = await server.EmptyDatabaseAsync();
        var said = new List<string>();
        Assert.Equal([One, Two], await new Migrator(database, [Two, One]).ApplyAsync(said.Add, Ct));
        Assert.Equal(2, said.Count);
        Assert.Empty(await new Migrator(database, [One, Two]).ApplyAsync(said.Add, Ct));
        Assert.Equal(2, said.Count);
        Assert.Equal(1L, await Sql.AskAsync(database, "SELECT count(*) FROM one"));
        Assert.Equal("a;b3", await Sql.AskAsync(database, "SELECT two() || three()"));
        Assert.Equal($"{One.Checksum} {Two.Checksum}", await Sql.AskAsync(database,
            "SELECT string_agg(checksum, ' ' ORDER BY version) FROM credits.schema_migrations"));
        Assert.Equal(One.Sql, await Sql.AskAsync(database,
            $"SELECT statements[1] FROM supabase_migrations.schema_migrations WHERE version = '{One.Version}'"));
    }

    [Fact]
    public async Task Tables_of_an_earlier_form_are_refused_in_one_sentence_and_left_alone()
    {
        var database = await server.EmptyDatabaseAsync();
        await Sql.AskAsync(database,
            "CREATE SCHEMA credits; CREATE TABLE credits.ledger_entries (actor text); SELECT 1");

        var refused = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database).ApplyAsync(_ => { }, Ct));

        Assert.Contains("made by an earlier build", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await Sql.AskAsync(database,
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'credits' AND tablename <> 'schema_migrations'"));
    }

    [Fact]
    public async Task A_changed_file_runs_again_and_an_unchanged_one_does_not()
    {
        var database = await server.EmptyDatabaseAsync();
        await new Migrator(database, [One, Two]).ApplyAsync(_ => { }, Ct);
        var changed = Two with { Sql = Two.Sql.Replace("a;b", "c", StringComparison.Ordinal) };
        changed = new(changed.Version, changed.Name, changed.Sql);
        var migrator = new Migrator(database, [One, changed]);
        Assert.Equal([Two.Version], (await migrator.StatusAsync(Ct)).Changed);
        Assert.Equal([changed], await migrator.ApplyAsync(_ => { }, Ct));
        Assert.True((await migrator.StatusAsync(Ct)).IsCurrent);
        Assert.Equal("c", await Sql.AskAsync(database, "SELECT two()"));
        Assert.Equal(1L, await Sql.AskAsync(database, "SELECT count(*) FROM one"));
    }

    [Fact]
    public void Line_ends_do_not_change_a_checksum() =>
        Assert.Equal(One.Checksum,
            new MigrationFile(One.Version, One.Name, One.Sql.ReplaceLineEndings("\r\n")).Checksum);

    [Fact]
    public async Task A_failing_file_undoes_only_itself_and_is_named_with_its_line()
    {
        var database = await server.EmptyDatabaseAsync();
        var broken = new MigrationFile("20260101000300", "broken",
            "CREATE TABLE half (n int);\n\n-- why\nINSERT INTO half\n  VALUES (nonsense);");
        var failure = await Assert.ThrowsAsync<MigrationException>(
            () => new Migrator(database, [One, Two, broken]).ApplyAsync(_ => { }, Ct));
        Assert.StartsWith("20260101000300_broken.sql line 5: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal([broken.Version], (await new Migrator(database, [One, Two, broken]).StatusAsync(Ct)).Pending);
        Assert.Equal(true, await Sql.AskAsync(database, "SELECT to_regclass('half') IS NULL"));
        var mended = new MigrationFile(broken.Version, broken.Name, "CREATE TABLE half (n int);");
        Assert.Equal([mended], await new Migrator(database, [One, Two, mended]).ApplyAsync(_ => { }, Ct));
    }

    [Fact]
    public async Task A_file_that_commits_by_itself_is_refused_whole()
    {
        var database = await server.EmptyDatabaseAsync();
        var commits = new MigrationFile("20260101000300", "commits", "CREATE TABLE c (n int); COMMIT;");
        var failure = await Assert.ThrowsAsync<MigrationException>(
            () => new Migrator(database, [commits]).ApplyAsync(_ => { }, Ct));
        Assert.Contains("transaction", failure.Message, StringComparison.Ordinal);
        Assert.Equal(true, await Sql.AskAsync(database, "SELECT to_regclass('c') IS NULL"));
        Assert.Equal([commits.Version], (await new Migrator(database, [commits]).StatusAsync(Ct)).Pending);
    }

    [Fact]
    public async Task What_a_file_sets_for_itself_ends_with_it()
    {
        var database = await server.EmptyDatabaseAsync();
        var sets = new MigrationFile("20260101000300", "sets",
            "CREATE SCHEMA IF NOT EXISTS aside; SET search_path = aside;");
        var makes = new MigrationFile("20260101000400", "makes", "CREATE TABLE IF NOT EXISTS made (n int);");
        await new Migrator(database, [sets, makes]).ApplyAsync(_ => { }, Ct);
        Assert.Equal(true, await Sql.AskAsync(database, "SELECT to_regclass('public.made') IS NOT NULL"));
    }

    [Fact]
    public async Task Of_two_migrators_at_once_one_works_and_the_other_finds_nothing_to_do()
    {
        var database = await server.EmptyDatabaseAsync();
        var slow = new MigrationFile(One.Version, One.Name, One.Sql + "SELECT pg_sleep(0.5);");
        var applied = await Task.WhenAll(Enumerable.Range(0, 3).Select(
            _ => new Migrator(database, [slow, Two]).ApplyAsync(_ => { }, Ct)));
        Assert.Equal([0, 0, 2], applied.Select(files => files.Count).Order());
        Assert.Equal(1L, await Sql.AskAsync(database, "SELECT count(*) FROM one"));
    }

    [Fact]
    public async Task A_killed_migrator_leaves_a_database_that_the_next_one_finishes()
    {
        var database = await server.EmptyDatabaseAsync();
        var slow = new MigrationFile(Two.Version, Two.Name, Two.Sql + "SELECT pg_sleep(30);");
        var first = new Migrator(database, [One, slow]).ApplyAsync(_ => { }, Ct);
        while (await Sql.AskAsync(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep'") is null)
            await Task.Delay(20, Ct);
        await Assert.ThrowsAnyAsync<Exception>(() => first);
        Assert.Equal([Two], await new Migrator(database, [One, Two]).ApplyAsync(_ => { }, Ct));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_a_removed_old_file_is_not()
    {
        var database = await server.EmptyDatabaseAsync();
        await new Migrator(database, [One, Two]).ApplyAsync(_ => { }, Ct);
        var refusal = await Assert.ThrowsAsync<MigrationException>(
            () => new Migrator(database, [One]).ApplyAsync(_ => { }, Ct));
        Assert.Contains($"migrated to {Two.Version} by a newer version", refusal.Message, StringComparison.Ordinal);
        var withoutOne = new Migrator(database, [Two]);
        Assert.Empty(await withoutOne.ApplyAsync(_ => { }, Ct));
        Assert.Equal([One.Version], (await withoutOne.StatusAsync(Ct)).Unknown);
    }

    [Fact]
    public async Task Status_needs_no_right_to_write()
    {
        var database = await server.EmptyDatabaseAsync();
        await Sql.AskAsync(database, "CREATE ROLE looker LOGIN PASSWORD 'look'");
        var looker = new Migrator(new NpgsqlConnectionStringBuilder(database)
        {
            Username = "looker",
            Password = "look",
        }.ConnectionString, [One, Two]);
        Assert.Equal([One.Version, Two.Version], (await looker.StatusAsync(Ct)).Pending);
        await new Migrator(database, [One]).ApplyAsync(_ => { }, Ct);
        await Sql.AskAsync(database, "GRANT USAGE ON SCHEMA credits TO looker; "
            + "GRANT SELECT ON credits.schema_migrations TO looker");
        Assert.Equal([Two.Version], (await looker.StatusAsync(Ct)).Pending);
    }

    [Theory]
    [InlineData("2026_one.sql")]
    [InlineData("20260101000100-one.sql")]
    [InlineData("20260101000100_One.sql")]
    public void A_file_name_without_version_is_refused(string name) =>
        Assert.Throws<MigrationException>(() => MigrationFiles.Parse(name, ""));

    [Fact]
    public void Two_files_of_one_version_are_refused() =>
        Assert.Throws<MigrationException>(() => new Migrator("", [One, new(One.Version, "other", "")]));

    [Fact]
    public void The_files_of_this_binary_all_have_good_names_and_are_sorted() =>
        Assert.Equal(MigrationFiles.All.OrderBy(file => file.Version, StringComparer.Ordinal), MigrationFiles.All);
}
