using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>One charge of a batch. The user is a number: the same one means another account in each set. 4 has no account,
/// 5 is nobody at all.</summary>
public sealed record ChargeStep(
    int User, string? Operation, long? Cost, string? Key, string? Metadata, int Caller, int? Seconds);

/// <summary>Accounts and what is asked of them, batch after batch.</summary>
/// <param name="Accounts">Free and paid credits, and whether some paid ones are spent before the last free ones.</param>
/// <param name="Batches">Each a call of its own.</param>
public sealed record ChargeCase(IReadOnlyList<(int Free, int Paid, bool Mixed)> Accounts, IReadOnlyList<ChargeStep[]> Batches)
{
    /// <summary>The users with an account.</summary>
    public const int Users = 4;

    /// <summary>Random cases: shortages, keys that repeat in a batch and across batches, and everything unusable. A smaller
    /// case has fewer batches or charges.</summary>
    public static Arbitrary<ChargeCase> Any { get; } = Arb.ToArbitrary(Cases(), Smaller);

    public override string ToString() => string.Join('\n', [
        $"accounts {string.Join(" ", Accounts)}",
        .. Batches.Select(batch => "batch\n  " + string.Join("\n  ", batch.Select(step => step.ToString())))]);

    private static Gen<ChargeCase> Cases() =>
        from accounts in (from free in Gen.Choose(0, 20)
                          from paid in Gen.Choose(0, 20)
                          from mixed in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
                          select (free, paid, mixed && free + paid > 0)).ArrayOf(Users)
        from batches in Gen.Choose(1, 3)
        from steps in Gen.Choose(1, 12).SelectMany(count => Steps().ArrayOf(count)).ArrayOf(batches)
        select new ChargeCase(accounts, steps);

    private static Gen<ChargeStep> Steps() =>
        from user in Gen.Frequency((18, Gen.Choose(0, Users - 1)), (1, Gen.Choose(Users, Users + 1)))
        from operation in Mostly(
            Gen.Elements<string?>("image", "video"), Gen.Elements(null, " ", "a b", "ö", "a\u0007", new string('o', 101)))
        from cost in Mostly(Gen.Choose(1, 6).Select(cost => (long?)cost), Gen.Elements<long?>(null, 0, -5, 1_000_000_000_001, 25))
        from key in Mostly(
            Gen.Frequency((3, Gen.Elements<string?>("k1", "k2", "k3")), (5, Gen.Choose(1, 10_000).Select(n => (string?)$"n{n}"))),
            Gen.Elements(null, "", "two words", new string('k', 256), "0193d3a5-0000-7000-8000-000000000001"))
        from metadata in Mostly(
            Gen.Elements(null, "{}", """{"a":1}""", """{ "a" : 1 }"""),
            Gen.Elements<string?>("null", "[1]", $$"""{"a":"{{Noise(3_000)}}"}""", $$"""{"a":"{{Noise(17_000)}}"}"""))
        from caller in Gen.Frequency((18, Gen.Choose(0, 1)), (1, Gen.Choose(2, 3)))
        from seconds in Mostly(Gen.Elements<int?>(null, 60), Gen.Elements<int?>(0, 604_801))
        select new ChargeStep(user, operation, cost, key, metadata, caller, seconds);

    private static Gen<T> Mostly<T>(Gen<T> usual, Gen<T> odd) => Gen.Frequency((29, usual), (1, odd));

    // What PostgreSQL cannot make small: its stored size decides which way a charge goes.
    private static string Noise(int length) =>
        string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i * i / 7 + i) % 26)));

    private static IEnumerable<ChargeCase> Smaller(ChargeCase big) =>
        from batch in Enumerable.Range(0, big.Batches.Count)
        from step in Enumerable.Range(0, big.Batches[batch].Length)
        let rest = big.Batches.Select((steps, i) => i == batch ? [.. steps[..step], .. steps[(step + 1)..]] : steps)
        let batches = rest.Where(steps => steps.Length > 0).ToArray()
        where batches.Length > 0
        select big with { Batches = batches };
}
