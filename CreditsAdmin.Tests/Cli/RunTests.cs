using System.Net;
using System.Net.Sockets;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Tests.Postgres;

namespace CreditsAdmin.Tests.Cli;

/// <summary>The app started without any configuration, stopped, killed, and started again.</summary>
public class RunTests
{
    [Fact]
    public async Task It_says_where_to_go_and_Ctrl_C_stops_everything()
    {
        await using var folder = new ScratchFolder();
        var port = FreePort();
        await using var app = await AppProcess.ServeAsync(folder.Path, port);

        Assert.Contains($"CreditsAdmin runs at http://127.0.0.1:{port}", app.Output, StringComparison.Ordinal);
        Assert.Matches("/set-up\\s+and enter this code to make yourself admin: [A-Z0-9]{8}", app.Output);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(port));

        Assert.Equal(0, await app.StopAsync());
        Assert.Equal(0, folder.Pid);
    }

    [Fact]
    public async Task A_command_shares_the_running_server_and_leaves_it_running()
    {
        await using var folder = new ScratchFolder();
        var port = FreePort();
        await using var app = await AppProcess.ServeAsync(folder.Path, port);
        var server = folder.Pid;

        var made = await AppProcess.RunAsync(folder.Path, ["seed-admin", "admin@example.com"], "a long enough password\n");

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(server, folder.Pid);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(port));
    }

    [Fact]
    public async Task Killed_and_started_again_at_once_it_works_and_nothing_is_lost()
    {
        await using var folder = new ScratchFolder();
        var port = FreePort();
        await using (var first = await AppProcess.ServeAsync(folder.Path, port))
        {
            await AppProcess.RunAsync(folder.Path, ["seed-admin", "admin@example.com"], "a long enough password\n");
            await first.KillAsync();
        }

        await using var second = await AppProcess.ServeAsync(folder.Path, port);

        Assert.Contains("Sign in at", second.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(port));
        Assert.Equal(0, await second.StopAsync());
        Assert.Equal(0, folder.Pid);
    }

    [Fact]
    public async Task A_second_instance_shares_the_server_and_neither_pulls_it_away()
    {
        await using var folder = new ScratchFolder();
        var (one, two) = (FreePort(), FreePort());
        await using var first = await AppProcess.ServeAsync(folder.Path, one);
        await using var second = await AppProcess.ServeAsync(folder.Path, two);

        await first.StopAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(two));
        await second.StopAsync();
        Assert.Equal(0, folder.Pid);
    }

    private static async Task<HttpStatusCode> StatusAsync(int port)
    {
        using var client = new HttpClient();
        var response = await client.GetAsync($"http://127.0.0.1:{port}/health/ready", Xunit.TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
