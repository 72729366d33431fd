using System.Diagnostics;
using System.Runtime.Versioning;
using CreditsAdmin.Data.Postgres;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>What happens after a kill -9 of the server or of the app.</summary>
[SupportedOSPlatform("linux")]
public sealed class ServerCrashTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_server_is_started_again_on_its_port_within_three_seconds_keeping_what_was_committed()
    {
        await using var folder = new ScratchFolder();
        await using var first = await EmbeddedPostgres.StartAsync(
            folder.Options with { Durable = true }, folder.Say, Ct);
        await using var second = await folder.StartAsync(Ct);
        await Sql.AskAsync(first.ConnectionString, "CREATE TABLE kept AS SELECT 7 AS n");
        for (var round = 0; round < 3; round++)
        {
            var killed = folder.Pid;
            Kill(killed);
            var down = Stopwatch.StartNew();
            // The second server opens with other settings; whichever of the two heals, the commit above is on the disk.
            while (folder.Pid == killed || !await Sql.AnswersAsync(first.ConnectionString))
            {
                Assert.True(down.Elapsed < TimeSpan.FromSeconds(10), string.Join('\n', folder.Said));
                await Task.Delay(20, Ct);
            }
            TestContext.Current.TestOutputHelper!.WriteLine($"healed after {down.ElapsedMilliseconds} ms");
            Assert.True(down.Elapsed < TimeSpan.FromSeconds(3));
            Assert.Equal(7, await Sql.AskAsync(second.ConnectionString, "SELECT n FROM kept"));
        }
        Assert.Contains("started again", folder.Said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_start_at_once_after_the_server_was_killed_works()
    {
        await using var folder = new ScratchFolder();
        await using var probe = await ServerProbe.StartAsync(folder.Path);
        await probe.KillAsync();
        Kill(folder.Pid);
        await using var server = await folder.StartAsync(Ct);
        Assert.Equal(probe.Line, server.ConnectionString);
        Assert.True(await Sql.AnswersAsync(server.ConnectionString));
    }

    [Fact]
    public async Task A_server_whose_app_was_killed_is_adopted_and_later_stopped()
    {
        await using var folder = new ScratchFolder();
        await using var probe = await ServerProbe.StartAsync(folder.Path);
        await probe.KillAsync();
        var survivor = folder.Pid;
        var server = await folder.StartAsync(Ct);
        Assert.Equal(survivor, folder.Pid);
        await server.DisposeAsync();
        Assert.False(await Sql.AnswersAsync(server.ConnectionString));
    }

    [Fact]
    public async Task A_pid_file_that_names_a_live_process_of_the_same_user_does_not_hinder()
    {
        await using var folder = new ScratchFolder();
        await (await folder.StartAsync(Ct)).DisposeAsync();
        var user = await ServerUser.ForAsync(folder.Cluster, Ct);
        using var stranger = Process.Start(ProgramRun.Info(user.Command("sleep", "60")))!;
        var file = Path.Combine(folder.Cluster, "postmaster.pid");
        await File.WriteAllTextAsync(file,
            $"{stranger.Id}\n{folder.Cluster}\n1700000000\n55999\n\n127.0.0.1\n\nready\n", Ct);
        await user.OwnAsync(file, Ct);
        await using var server = await folder.StartAsync(Ct);
        Assert.True(await Sql.AnswersAsync(server.ConnectionString));
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Fact]
    public async Task A_frozen_child_of_a_killed_server_is_waited_for()
    {
        await using var folder = new ScratchFolder();
        await using var probe = await ServerProbe.StartAsync(folder.Path);
        await probe.KillAsync();
        var postmaster = folder.Pid;
        var child = (await ProgramRun.RunAsync(["pgrep", "-P", $"{postmaster}", "-o"], Ct)).Output;
        await ProgramRun.RunAsync(["kill", "-STOP", child], Ct);
        Kill(postmaster);
        var start = folder.StartAsync(Ct);
        await Task.Delay(700, Ct);
        var early = start.IsCompleted;
        await ProgramRun.RunAsync(["kill", "-CONT", child], Ct);
        Assert.False(early);
        await using var server = await start;
        Assert.True(await Sql.AnswersAsync(server.ConnectionString));
    }

    [Fact]
    public async Task A_cancelled_start_leaves_no_server_behind()
    {
        await using var folder = new ScratchFolder();
        await (await folder.StartAsync(Ct)).DisposeAsync();
        for (var after = 5; after < 120; after += 23)
        {
            using var soon = new CancellationTokenSource(after);
            try
            {
                await (await folder.StartAsync(soon.Token)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                var made = await DataFolder.OpenAsync(folder.Path, _ => { }, Ct);
                await Task.Delay(100, Ct);
                Assert.Empty(await LiveServers.InAsync(made, Ct));
            }
        }
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }
}
