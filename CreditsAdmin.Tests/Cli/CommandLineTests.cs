using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Tests.Postgres;

namespace CreditsAdmin.Tests.Cli;

/// <summary>A folder with a cluster that the commands of one class share.</summary>
public sealed class CommandFolder : IAsyncLifetime
{
    private readonly ScratchFolder folder = new();

    public string Path => folder.Path;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    /// <summary>Runs a command as somebody at a terminal would.</summary>
    public Task<(int ExitCode, string Out, string Error)> RunAsync(string input, params string[] arguments) =>
        AppProcess.RunAsync(Path, arguments, input);
}

/// <summary>The command line, as processes of its own.</summary>
public class CommandLineTests(CommandFolder folder) : IClassFixture<CommandFolder>
{
    [Fact]
    public async Task Migrate_twice_says_that_there_is_nothing_to_do()
    {
        await folder.RunAsync("", "migrate");

        var (exit, output, error) = await folder.RunAsync("", "migrate");

        Assert.Equal((0, ""), (exit, output));
        Assert.Contains("is up to date", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_user_prints_the_id_alone()
    {
        var (exit, output, _) = await folder.RunAsync("a long enough password\n", "create-user", "id.alone@example.com");

        Assert.Equal(0, exit);
        Assert.True(Guid.TryParse(output.Trim(), out _), output);
    }

    [Fact]
    public async Task A_generated_password_is_printed_once_and_away_from_the_data()
    {
        var (_, output, error) = await folder.RunAsync("", "create-user", "generated@example.com");

        Assert.True(Guid.TryParse(output.Trim(), out _), output);
        Assert.Contains("shown once", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_is_too_short_is_refused()
    {
        var (exit, _, error) = await folder.RunAsync("short\n", "seed-admin", "short@example.com");

        Assert.Equal(2, exit);
        Assert.Contains("10 characters", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_listed_with_its_end_and_rotated_by_what_the_list_shows()
    {
        var (_, made, _) = await folder.RunAsync(
            "", "api-keys", "create", "short lived", "--scopes", "jobs:read", "--expires", "2999-01-31");
        var lookup = made.Trim().Split('_')[2];
        var (_, listed, _) = await folder.RunAsync("", "api-keys", "list");
        var (rotated, other, _) = await folder.RunAsync("", "api-keys", "rotate", lookup, "--overlap", "24h");
        var (refused, _, error) = await folder.RunAsync("", "api-keys", "rotate", lookup);
        var (wrong, _, _) = await folder.RunAsync("", "api-keys", "rotate", lookup, "--overlap", "a day");

        Assert.Contains($"{lookup}\tshort lived\tjobs:read\t2999-01-31T00:00:00Z\tunused\t", listed, StringComparison.Ordinal);
        Assert.Equal((0, true, false), (rotated, other.StartsWith("ca_live_", StringComparison.Ordinal), other == made));
        Assert.Equal((4, 2), (refused, wrong));
        Assert.Contains("no such key", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_keys_create_prints_the_key_alone()
    {
        var (exit, output, _) = await folder.RunAsync("", "api-keys", "create", "front end", "--scopes", "jobs:write,jobs:read");
        var (refused, nothing, error) = await folder.RunAsync("", "api-keys", "create", "front end", "--scopes", "everything");

        Assert.Equal(0, exit);
        Assert.Matches("^ca_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}\n$", output);
        Assert.Equal((4, ""), (refused, nothing));
        Assert.Contains("scopes must be some of", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grant_credits_prints_the_block_and_refuses_the_reference_a_second_time()
    {
        await folder.RunAsync("", "create-user", "payer@example.com", "--name", "Ana Ng");

        var first = await folder.RunAsync("", "grant-credits", "payer@example.com", "5", "5.00", "BMC-12345", "thank you");
        var second = await folder.RunAsync("", "grant-credits", "payer@example.com", "5", "5.00", "bmc 12345");

        Assert.Equal(0, first.ExitCode);
        Assert.Contains("✅ User found: Ana Ng", first.Out, StringComparison.Ordinal);
        Assert.Matches(
            "User:              payer@example.com\nCredits Added:     5\nPrevious Total:    5\nNew Total:         10\n"
            + "Receipt ID:        [0-9a-f-]{36}\nReference:         BMC-12345\n", first.Out);
        Assert.Equal(4, second.ExitCode);
        var receipt = first.Out.Split('\n').Single(line => line.StartsWith("Receipt ID:", StringComparison.Ordinal))[19..];
        Assert.Contains(receipt, second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("New Total", second.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adjust_credits_corrects_once_for_a_key_and_waits_above_the_limit()
    {
        await folder.RunAsync("", "create-user", "adjusted@example.com");

        var up = await folder.RunAsync("", "adjust-credits", "adjusted@example.com", "50", "paid", "A mistake", "--key", "k");
        var again = await folder.RunAsync("", "adjust-credits", "adjusted@example.com", "50", "paid", "A mistake", "--key", "k");
        var down = await folder.RunAsync("", "adjust-credits", "adjusted@example.com", "-20", "paid", "Another mistake");
        var tooMuch = await folder.RunAsync("", "adjust-credits", "adjusted@example.com", "-31", "paid", "Another mistake");
        var large = await folder.RunAsync("", "adjust-credits", "adjusted@example.com", "10001", "paid", "A large mistake");

        Assert.Matches("^adjustment  [0-9a-f-]{36}\nstatus      posted\navailable   55\n$", up.Out);
        Assert.Equal(up, again);
        Assert.Contains("available   35\n", down.Out, StringComparison.Ordinal);
        Assert.Equal((4, ""), (tooMuch.ExitCode, tooMuch.Out));
        Assert.Contains("CR001", tooMuch.Error, StringComparison.Ordinal);
        Assert.Matches("^adjustment  [0-9a-f-]{36}\nstatus      pending\n$", large.Out);
    }

    [Fact]
    public async Task Settings_shows_all_of_them_and_changes_those_that_are_given()
    {
        var changed = await folder.RunAsync("", "settings", "--job-timeout-seconds", "7200");
        var refused = await folder.RunAsync("", "settings", "--approval-limit", "-1");

        Assert.Equal(
            "sign-up-credits      5\ncents-per-credit     100\napproval-limit       10000\njob-timeout-seconds  7200\nusage-markup         0\n", changed.Out);
        Assert.Equal((4, ""), (refused.ExitCode, refused.Out));
    }

    [Fact]
    public async Task Explain_balance_prints_the_lots_in_the_order_in_which_they_are_spent()
    {
        await folder.RunAsync("", "create-user", "lots@example.com");
        await folder.RunAsync("", "grant-credits", "lots@example.com", "20", "5.00", "BMC-777", "--expires", "2099-01-01", "--priority", "7");

        var (exit, output, _) = await folder.RunAsync("", "explain-balance", "lots@example.com");
        var (_, before, _) = await folder.RunAsync("", "explain-balance", "lots@example.com", "--as-of", "2020-01-01");

        Assert.Equal(0, exit);
        Assert.Matches(
            "paid +receipt +open +20 +20 +7  2099-01-01T00:00:00Z\n.* promotional +sign_up +open +5 +5 +100  never\n"
            + "free +promotional +5\npaid +paid +20\n", output);
        Assert.Matches("^LOT.*\nfree +promotional +0\npaid +paid +0\n$", before);
    }

    [Fact]
    public async Task Usage_margins_prints_a_line_for_each_model()
    {
        var (exit, output, _) = await folder.RunAsync("", "usage", "margins", "--from", "2026-01-01", "--to", "2026-01-31");

        Assert.Equal(0, exit);
        Assert.Matches("^PROVIDER +MODEL +RECORDS +CHARGED +COST +DIFFERENCE\n$", output);
    }

    [Theory]
    [InlineData(2, "usage", "margins", "--from", "yesterday")]
    [InlineData(3, "explain-balance", "nobody@example.com")]
    [InlineData(2, "explain-balance", "nobody@example.com", "--as-of", "yesterday")]
    [InlineData(3, "grant-credits", "nobody@example.com", "5", "5.00")]
    [InlineData(3, "adjust-credits", "nobody@example.com", "5", "paid", "Why")]
    [InlineData(2, "adjust-credits", "nobody@example.com", "5", "gold", "Why")]
    [InlineData(2, "grant-credits", "nobody@example.com", "5", "5.001")]
    [InlineData(2, "grant-credits", "nobody@example.com", "five", "5.00")]
    [InlineData(2, "no-such-command")]
    [InlineData(2, "api-keys")]
    public async Task What_is_wrong_shows_in_the_exit_code_and_on_stderr(int exit, params string[] arguments)
    {
        var result = await folder.RunAsync("", arguments);

        Assert.Equal(exit, result.ExitCode);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task Demo_data_is_the_same_every_time_and_removable()
    {
        var first = await folder.RunAsync("", "demo", "seed", "--users", "8");
        var again = await folder.RunAsync("", "demo", "seed", "--users", "8");
        var cleared = await folder.RunAsync("", "demo", "clear");
        var nothing = await folder.RunAsync("", "demo", "clear");

        Assert.Equal("8 demo users were added.", first.Out.Trim());
        Assert.Equal("The demo data is there already.", again.Out.Trim());
        Assert.Equal("8 demo users were removed.", cleared.Out.Trim());
        Assert.Equal("0 demo users were removed.", nothing.Out.Trim());
    }
}
