namespace CreditsAdmin.Tests.Cli;

/// <summary>rate-limits as somebody at a terminal runs it.</summary>
public class RateLimitsCommandTests(CommandFolder folder) : IClassFixture<CommandFolder>
{
    [Fact]
    public async Task It_says_so_when_nobody_was_refused()
    {
        var refusals = await folder.RunAsync("", "rate-limits", "refusals", "--most", "5");

        Assert.Equal((0, ""), (refusals.ExitCode, refusals.Out));
        Assert.Contains("Nobody was refused.", refusals.Error, StringComparison.Ordinal);
    }
}
