using System.Globalization;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Model;

/// <summary>Whatever runs at once, the outcome is one that some order could have had. CREDITS_HISTORIES says how many
/// histories of 200 calls, CREDITS_SEED repeats them.</summary>
public class HistoryTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    [Theory]
    [InlineData(8, 8)]
    [InlineData(32, 5)]
    public async Task What_runs_at_once_could_have_run_one_after_the_other(int connections, int histories)
    {
        histories = Settings.Number("CREDITS_HISTORIES") ?? histories;
        var seed = Settings.Number("CREDITS_SEED") ?? Random.Shared.Next();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{histories} histories, {connections} connections, CREDITS_SEED={seed}"));
        for (var i = 0; i < histories; i++)
        {
            var history = await History.RunAsync(Database, seed + i, connections, calls: 200);
            var fault = await HistoryJudge.FindFaultAsync(Database, history);
            Assert.True(fault is null, $"seed {seed + i}: {fault}");
        }
    }
}
