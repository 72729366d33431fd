using System.Diagnostics;
using System.Runtime.Versioning;
using CreditsAdmin.Data.Postgres;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>Other processes, and the operating system's users: root, the server's user, an ordinary one.</summary>
[SupportedOSPlatform("linux")]
public sealed class ServerUserTests
{
    private static readonly string[] AsNobody =
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_share_a_server_and_neither_pulls_it_away_under_the_other()
    {
        await using var folder = new ScratchFolder();
        var ours = folder.StartAsync(Ct);
        await using var probe = await ServerProbe.StartAsync(folder.Path);
        var server = await ours;
        Assert.Equal(server.ConnectionString, probe.Line);
        await server.DisposeAsync();
        Assert.True(await Sql.AnswersAsync(probe.Line));
        await using var back = await folder.StartAsync(Ct);
        await probe.DisposeAsync();
        Assert.True(await Sql.AnswersAsync(back.ConnectionString));
    }

    [Fact]
    public async Task A_server_of_another_process_that_is_killed_with_its_app_is_healed_by_the_one_left()
    {
        await using var folder = new ScratchFolder();
        await using var probe = await ServerProbe.StartAsync(folder.Path);
        await using var server = await folder.StartAsync(Ct);
        var killed = folder.Pid;
        await probe.KillAsync();
        Process.GetProcessById(killed).Kill();
        var down = Stopwatch.StartNew();
        while (!await Sql.AnswersAsync(server.ConnectionString))
        {
            Assert.True(down.Elapsed < TimeSpan.FromSeconds(10), string.Join('\n', folder.Said));
            await Task.Delay(20, Ct);
        }
        Assert.NotEqual(killed, folder.Pid);
    }

    [Fact]
    public async Task Root_lends_the_cluster_to_an_ordinary_user_and_says_so_to_any_other()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root starts a server as somebody else");
        await using var folder = new ScratchFolder();
        await using (var server = await folder.StartAsync(Ct))
        {
            Assert.NotEqual("root", (await ProgramRun.RunAsync(["stat", "-c", "%U", folder.Cluster], Ct)).Output);
            var (_, process) = await ProgramRun.RunAsync(["ps", "-o", "user=,ppid=", "-p", $"{folder.Pid}"], Ct);
            Assert.DoesNotContain("root", process, StringComparison.Ordinal);
            // Our own child: it is reaped as soon as it ends.
            Assert.EndsWith($" {Environment.ProcessId}", process, StringComparison.Ordinal);
        }
        await using var other = await ServerProbe.StartAsync(folder.Path, AsNobody);
        Assert.StartsWith(
            $"The database in {folder.Path} belongs to another user", other.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_user_s_cluster_is_opened_by_root_as_that_user_and_stays_theirs()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root becomes another user");
        await using var folder = new ScratchFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_111_111);
        string connection;
        await using (var probe = await ServerProbe.StartAsync(folder.Path, AsNobody))
        {
            connection = probe.Line;
            Assert.True(await Sql.AnswersAsync(connection), connection);
            await using var server = await folder.StartAsync(Ct);
            Assert.Equal(connection, server.ConnectionString);
        }
        await using (var server = await folder.StartAsync(Ct)) Assert.Equal(connection, server.ConnectionString);
        await using var again = await ServerProbe.StartAsync(folder.Path, AsNobody);
        Assert.Equal(connection, again.Line);
    }

    [Fact]
    public async Task A_folder_that_the_server_s_user_cannot_reach_is_kept_below_var_lib()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root keeps data where others cannot look");
        await using var folder = new ScratchFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_000_000);
        var path = Path.Combine(folder.Path, "checkout", ".data");
        var elsewhere = DataFolder.Elsewhere(path);
        try
        {
            var said = new List<string>();
            await using var server = await EmbeddedPostgres.StartAsync(
                folder.Options with { DataPath = path }, said.Add, Ct);
            Assert.Contains(elsewhere, Assert.Single(said), StringComparison.Ordinal);
            await using var probe = await ServerProbe.StartAsync(path);
            Assert.Equal(server.ConnectionString, probe.Line);
            // Once the database is there it stays there, even when the folder becomes reachable.
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
            await using var later = await ServerProbe.StartAsync(path);
            Assert.Equal(server.ConnectionString, later.Line);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Another_container_on_the_same_folder_is_refused()
    {
        await using var folder = new ScratchFolder();
        await using var server = await folder.StartAsync(Ct);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "namespace"), "pid:[1]", Ct);
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => folder.StartAsync(Ct));
        Assert.Contains("another container", refusal.Message, StringComparison.Ordinal);
        Assert.True(await Sql.AnswersAsync(server.ConnectionString));
    }
}
