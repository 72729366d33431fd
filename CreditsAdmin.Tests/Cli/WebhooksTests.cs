namespace CreditsAdmin.Tests.Cli;

/// <summary>Endpoints and deliveries at the command line.</summary>
public class WebhooksTests(CommandFolder folder) : IClassFixture<CommandFolder>
{
    [Fact]
    public async Task An_endpoint_is_added_tested_rotated_switched_and_removed()
    {
        var added = await RunAsync("add", "https://example.com/hooks", "--events", "balance.low,job.refunded");
        var id = added.Error.Split("The endpoint is ")[1][..36];
        var again = await RunAsync("add", "https://example.com/hooks");
        var test = await RunAsync("test", id);
        var deliveries = await RunAsync("deliveries", "--endpoint", id, "--status", "pending");
        var resent = await RunAsync("resend", test.Out.Trim());
        var rotated = await RunAsync("rotate", id, "--overlap-hours", "0");
        await RunAsync("disable", id);
        var list = await RunAsync("list");
        var refused = await RunAsync("test", id);
        var removed = await RunAsync("remove", id);
        var nothing = await RunAsync("list");

        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=\n$", added.Out);
        Assert.Equal((4, ""), (again.ExitCode, again.Out));
        Assert.Contains("CR049", again.Error, StringComparison.Ordinal);
        Assert.Matches($"^DELIVERY .*\n{test.Out.Trim()}  ping +pending +0 +20..-..-..T", deliveries.Out);
        Assert.Equal(test.Out, resent.Out);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=\n$", rotated.Out);
        Assert.NotEqual(added.Out, rotated.Out);
        Assert.Equal($"{id}  https://example.com/hooks\n    off (Switched off): balance.low, job.refunded\n", list.Out);
        Assert.Equal(4, refused.ExitCode);
        Assert.Equal((0, 0, ""), (removed.ExitCode, nothing.ExitCode, nothing.Out));
    }

    [Fact]
    public async Task Settings_say_when_which_event_happens()
    {
        await folder.RunAsync("", "create-user", "low@example.com");

        var changed = await RunAsync("settings", "--low-balance", "100", "--keep-days", "60");
        var own = await RunAsync("settings", "--user", "low@example.com", "--low-balance", "7");
        var common = await RunAsync("settings", "--user", "low@example.com");
        var refused = await RunAsync("settings", "--keep-days", "1");

        Assert.Equal("low-balance         100\nexpiry-notice-days  7\nkeep-days           60\n", changed.Out);
        Assert.Equal("low-balance         7\n", own.Out);
        Assert.Equal("low-balance         as for everybody\n", common.Out);
        Assert.Equal((4, ""), (refused.ExitCode, refused.Out));
    }

    [Theory]
    [InlineData(4, "add", "https://127.0.0.1/hooks")]
    [InlineData(4, "add", "https://example.com/hooks", "--events", "everything")]
    [InlineData(4, "rotate", "6f1c1d51-0000-4000-8000-000000000000")]
    [InlineData(4, "resend", "6f1c1d51-0000-4000-8000-000000000000")]
    [InlineData(2, "remove", "it")]
    [InlineData(2, "deliveries", "--status", "lost")]
    [InlineData(3, "settings", "--user", "nobody@example.com")]
    public async Task What_is_wrong_shows_in_the_exit_code_and_on_stderr(int exit, params string[] arguments)
    {
        var result = await RunAsync(arguments);

        Assert.Equal((exit, ""), (result.ExitCode, result.Out));
        Assert.NotEmpty(result.Error);
    }

    private Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments) =>
        folder.RunAsync("", ["webhooks", .. arguments]);
}
