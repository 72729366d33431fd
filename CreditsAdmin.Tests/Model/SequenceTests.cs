using CreditsAdmin.Tests.Infrastructure;
using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Model;

/// <summary>Whatever is asked in whatever order, Postgres answers as the model does. CREDITS_SEQUENCES says how many
/// sequences, CREDITS_SEED repeats a run; a failure is shrunk and printed.</summary>
public class SequenceTests(DatabaseFixture fixture, ITestOutputHelper output) : DatabaseTest(fixture)
{
    private static readonly int Sequences = Settings.Number("CREDITS_SEQUENCES") ?? 300;
    private static readonly ulong Seed = (ulong)(Settings.Number("CREDITS_SEED") ?? Random.Shared.Next());

    [Fact]
    public void Postgres_does_what_the_model_does()
    {
        output.WriteLine($"{Sequences} sequences, CREDITS_SEED={Seed}");
        var config = Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithReplay(Seed, 1UL);

        Prop.ForAll(Step.Sequences, steps => Assert.Null(DifferenceAsync(Database, steps).GetAwaiter().GetResult())).Check(config);
    }

    /// <summary>The first answer that is not the model's; null when all are.</summary>
    public static async Task<string?> DifferenceAsync(TestDatabase database, Step[] steps)
    {
        var model = new CreditsModel();
        var real = await RealCredits.CreateAsync(database);
        for (var i = 0; i < steps.Length; i++)
        {
            if (model.Expect(steps[i]) is not { } expected) continue;
            var happened = await real.DoAsync(steps[i]);
            if (!expected.SequenceEqual(happened))
            {
                return $"step {i}: {steps[i]}\n  expected {string.Join(", ", expected)}\n"
                    + $"  happened {string.Join(", ", happened)}\nafter\n  {string.Join("\n  ", steps.Take(i))}";
            }
        }

        return null;
    }
}
