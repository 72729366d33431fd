using System.Text.Json;

namespace CreditsAdmin.Tests.Cli;

/// <summary>verify-ledger as somebody at a terminal runs it.</summary>
public class VerifyLedgerTests(CommandFolder folder) : IClassFixture<CommandFolder>
{
    private const string NoHead = "0000000000000000000000000000000000000000000000000000000000000000";

    [Fact]
    public async Task Sound_books_are_sealed_exported_and_verified_by_somebody_else()
    {
        await folder.RunAsync("", "create-user", "sealed@example.com");
        await folder.RunAsync("", "grant-credits", "sealed@example.com", "5", "5.00", "BMC-1");
        var file = Path.Combine(folder.Path, "ledger.jsonl");

        var sealing = await folder.RunAsync("", "verify-ledger", "--seal", "--export", file);
        var head = (await folder.RunAsync("", "verify-ledger", "--head")).Out.Trim();
        var json = await folder.RunAsync("", "verify-ledger", "--json", "--expect-head", head);
        var offline = await folder.RunAsync("", "verify-ledger", "--offline", file, "--expect-head", head);
        var rewritten = await folder.RunAsync("", "verify-ledger", "--expect-head", NoHead);

        Assert.Equal(0, sealing.ExitCode);
        Assert.Contains("ok      I11", sealing.Out, StringComparison.Ordinal);
        Assert.Contains(head, await File.ReadAllTextAsync(file, Cancel), StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(json.Out).RootElement.GetProperty("sound").GetBoolean());
        Assert.Equal((0, 0), (json.ExitCode, offline.ExitCode));
        Assert.Contains("1 seals over 3 rows", offline.Error, StringComparison.Ordinal);
        Assert.Equal(1, rewritten.ExitCode);
        Assert.Contains("BROKEN  No seal has the expected hash", rewritten.Out, StringComparison.Ordinal);

        var text = await File.ReadAllTextAsync(file, Cancel);
        await File.WriteAllTextAsync(file, text.Replace("\"delta\": 5", "\"delta\": 6", StringComparison.Ordinal), Cancel);
        var changed = await folder.RunAsync("", "verify-ledger", "--offline", file);
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("Seal 1 does not match what it covers", changed.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(2, "--offline", "there-is-no-such-file")]
    [InlineData(2, "--expect-head", "abc")]
    [InlineData(2, "--offline", "x", "--seal")]
    [InlineData(2, "--export", "/no/such/folder/ledger.jsonl")]
    public async Task What_could_not_be_told_has_an_exit_code_of_its_own(int exit, params string[] arguments)
    {
        var result = await folder.RunAsync("", ["verify-ledger", .. arguments]);

        Assert.Equal(exit, result.ExitCode);
        Assert.NotEmpty(exit == 0 ? result.Out : result.Error);
    }

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;
}
