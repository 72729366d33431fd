using System.Text.RegularExpressions;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Contract;

/// <summary>The quick start is run as it is written, against the class's own app.</summary>
public sealed partial class QuickStartTests(CreditsApp app, NodePackages node) : AppTest(app)
{
    [Fact]
    public async Task Every_block_of_the_quick_start_works()
    {
        await node.BuildAsync();
        var blocks = Block().Matches(Repository.Read("docs/quick-start.md"))
            .ToLookup(block => block.Groups[1].Value, block => block.Groups[2].Value);
        Assert.Equal((2, 1, 1), (blocks["sh"].Count(), blocks["js"].Count(), blocks["ts"].Count()));

        var shell = await RunShellAsync(string.Concat(blocks["sh"]));
        var settings = Printed().Matches(shell).ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value);
        Assert.Contains("\"status\":\"completed\"", shell, StringComparison.Ordinal);

        var (exit, fetched, error) = await NodePackages.TryAsync(
            ".", settings, "node", "--input-type=module", "--eval", blocks["js"].Single());
        Assert.True(exit == 0, error);
        Assert.Equal("Charged 2, 1 came back, 3 are left.", fetched.Trim());

        Assert.Equal("97 credits are missing.", (await TypeScript.RunAsync(blocks["ts"].Single(), settings)).Trim());
    }

    // A developer's terminal stands in the sources, with the app's default address and one's own database.
    private async Task<string> RunShellAsync(string script)
    {
        var program = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "CreditsAdmin.Web.dll")}'";
        var mine = script.Replace("dotnet run --project CreditsAdmin.Web --", program, StringComparison.Ordinal)
            .Replace("http://localhost:5080", App.BaseUrl, StringComparison.Ordinal);
        var (exit, output, error) = await NodePackages.TryAsync(".",
            new() { ["ConnectionStrings__Credits"] = App.Database.OwnerConnectionString },
            "bash", "-c", $"set -euo pipefail\n{mine}\necho; env | grep ^CREDITS_");
        Assert.True(exit == 0, output + error);
        return output;
    }

    [GeneratedRegex("```(sh|js|ts)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^(CREDITS_[A-Z]+)=(.+)$", RegexOptions.Multiline)]
    private static partial Regex Printed();
}
