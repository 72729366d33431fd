using System.Globalization;
using CreditsAdmin.Tests.Infrastructure;
using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Model;

/// <summary>Whatever is asked in whatever order, Postgres answers as the model does. CREDITS_SEQUENCES says how many
/// sequences, CREDITS_SEED repeats a run; a failure is shrunk and printed.</summary>
public class SequenceTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    private static readonly int Sequences = Number("CREDITS_SEQUENCES") ?? 300;
    private static readonly ulong Seed = (ulong)(Number("CREDITS_SEED") ?? Random.Shared.Next());

    [Fact]
    public void Postgres_does_what_the_model_does()
    {
        output.WriteLine($"{Sequences} sequences, CREDITS_SEED={Seed}");
        var config = Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithReplay(Seed, 1UL);

        Prop.ForAll(Step.Sequences, steps => Difference(steps).GetAwaiter().GetResult() is not { } difference
            || throw new InvalidOperationException(difference)).Check(config);
    }

    private async Task<string?> Difference(Step[] steps)
    {
        var model = new CreditsModel();
        var real = await RealCredits.CreateAsync(Database);
        for (var i = 0; i < steps.Length; i++)
        {
            if (model.Expect(steps[i]) is not { } expected) continue;
            var happened = await real.DoAsync(steps[i]);
            if (!expected.SequenceEqual(happened))
            {
                return $"seed {Seed}, step {i}: {steps[i]}\n  expected {string.Join(", ", expected)}\n"
                    + $"  happened {string.Join(", ", happened)}\nafter\n  {string.Join("\n  ", steps[..i])}";
            }
        }

        return null;
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}
