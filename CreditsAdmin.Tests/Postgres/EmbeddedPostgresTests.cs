using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using CreditsAdmin.Data.Postgres;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>Starting, sharing and leaving a server.</summary>
[SupportedOSPlatform("linux")]
public sealed class EmbeddedPostgresTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cold_start_makes_the_credits_database_and_a_warm_start_finds_it()
    {
        await using var folder = new ScratchFolder();
        var cold = Stopwatch.StartNew();
        string connection;
        await using (var server = await folder.StartAsync(Ct))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"cold {cold.ElapsedMilliseconds} ms");
            connection = server.ConnectionString;
            await Sql.AskAsync(connection, "CREATE TABLE kept AS SELECT 7 AS n");
            Assert.Equal("credits", await Sql.AskAsync(connection, "SELECT current_database()::text"));
            Assert.Equal("on", await Sql.AskAsync(connection, "SELECT current_setting('data_checksums')"));
            Assert.Equal("127.0.0.1", await Sql.AskAsync(connection, "SELECT current_setting('listen_addresses')"));
            Assert.Equal("", await Sql.AskAsync(connection, "SELECT current_setting('unix_socket_directories')"));
        }
        Assert.False(await Sql.AnswersAsync(connection));
        var warm = Stopwatch.StartNew();
        await using var again = await folder.StartAsync(Ct);
        TestContext.Current.TestOutputHelper!.WriteLine($"warm {warm.ElapsedMilliseconds} ms");
        Assert.Equal(connection, again.ConnectionString);
        Assert.Equal(7, await Sql.AskAsync(again.ConnectionString, "SELECT n FROM kept"));
        Assert.Empty(folder.Said);
    }

    [Fact]
    public async Task A_durable_server_keeps_the_settings_that_survive_a_power_cut()
    {
        await using var folder = new ScratchFolder();
        await using var server = await EmbeddedPostgres.StartAsync(
            folder.Options with { Durable = true }, _ => { }, Ct);
        foreach (var name in new[] { "fsync", "synchronous_commit", "full_page_writes" })
            Assert.Equal("on", await Sql.AskAsync(server.ConnectionString, $"SELECT current_setting('{name}')"));
    }

    [Fact]
    public async Task Only_the_server_s_user_reads_the_password()
    {
        await using var folder = new ScratchFolder();
        await using var server = await folder.StartAsync(Ct);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(folder.Path, "password")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(folder.Path, "postgres.log")));
        var wrong = server.ConnectionString.Replace("Password=", "Password=x", StringComparison.Ordinal);
        Assert.False(await Sql.AnswersAsync(wrong));
    }

    [Fact]
    public async Task The_server_stops_when_the_last_of_its_users_leaves_and_not_before()
    {
        await using var folder = new ScratchFolder();
        var first = await folder.StartAsync(Ct);
        var second = await folder.StartAsync(Ct);
        Assert.Equal(first.ConnectionString, second.ConnectionString);
        await first.DisposeAsync();
        Assert.True(await Sql.AnswersAsync(second.ConnectionString));
        await second.DisposeAsync();
        Assert.False(await Sql.AnswersAsync(second.ConnectionString));
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Two_cold_starts_at_once_make_one_cluster()
    {
        await using var folder = new ScratchFolder();
        var started = await Task.WhenAll(folder.StartAsync(Ct), folder.StartAsync(Ct));
        Assert.Equal(started[0].ConnectionString, started[1].ConnectionString);
        await started[0].DisposeAsync();
        Assert.True(await Sql.AnswersAsync(started[1].ConnectionString));
        await started[1].DisposeAsync();
    }

    [Fact]
    public async Task A_kept_port_that_somebody_else_took_is_replaced()
    {
        await using var folder = new ScratchFolder();
        await (await folder.StartAsync(Ct)).DisposeAsync();
        var kept = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "port"), Ct),
            CultureInfo.InvariantCulture);
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, kept);
        taken.Start();
        await using var server = await folder.StartAsync(Ct);
        Assert.True(await Sql.AnswersAsync(server.ConnectionString));
        Assert.DoesNotContain($"Port={kept};", server.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_interrupted_initdb_left_is_removed()
    {
        await using var folder = new ScratchFolder();
        var remains = Directory.CreateDirectory(Path.Combine(folder.Path, "postgres.init-left"));
        await File.WriteAllTextAsync(Path.Combine(remains.FullName, "PG_VERSION"), "15\n", Ct);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "password"), "half", Ct);
        await using var server = await folder.StartAsync(Ct);
        Assert.True(await Sql.AnswersAsync(server.ConnectionString));
        Assert.False(remains.Exists && Directory.Exists(remains.FullName));
    }

    [Fact]
    public async Task A_cluster_of_another_major_version_is_refused_in_plain_words()
    {
        await using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder.Cluster);
        await File.WriteAllTextAsync(Path.Combine(folder.Cluster, "PG_VERSION"), "12\n", Ct);
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => folder.StartAsync(Ct));
        Assert.Contains("made by PostgreSQL 12", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Credits", refusal.Message, StringComparison.Ordinal);
    }
}
