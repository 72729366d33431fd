using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Usage;

/// <summary>One record to be made. The model is a number: it stands for one of <see cref="UsageCase.Rates"/>.</summary>
public sealed record UsageStep(int User, int Model, long Input, long Cached, long Output, string Key, int DaysAgo);

/// <summary>What happens in one go: settings, credits that come, then records, in one call or one after the other.</summary>
/// <param name="Cents">What a credit costs from now on.</param>
/// <param name="Markup">Percent, from now on.</param>
/// <param name="Topup">Credits that the first user gets.</param>
public sealed record UsageTurn(int Cents, decimal Markup, int Topup, bool Together, UsageStep[] Steps);

/// <summary>Users with few credits, and what happens to them.</summary>
public sealed record UsageCase(IReadOnlyList<int> Credits, IReadOnlyList<UsageTurn> Turns)
{
    public const int Users = 3;

    /// <summary>Dollars for a million tokens: in, cached, out; the second row has been in force for ten days only.</summary>
    public static readonly (decimal Input, decimal? Cached, decimal Output)[] Rates =
    [
        (2.5m, 1.25m, 10m), (3.000000000000001m, null, 11.1m), (0.000000000000001m, null, 123456.789m), (333333.333333333m, 0m, 0m),
    ];

    public static Arbitrary<UsageCase> Any { get; } = Arb.ToArbitrary(Cases(), Smaller);

    public override string ToString() => string.Join('\n', [$"credits {string.Join(" ", Credits)}", .. Turns.Select(turn =>
        $"{turn} {string.Join(' ', turn.Steps.Select(step => step.ToString()))}")]);

    private static Gen<UsageCase> Cases() =>
        from credits in Gen.Choose(0, 12).ArrayOf(Users)
        from turns in Gen.Choose(1, 4).SelectMany(count => Turn().ArrayOf(count))
        select new UsageCase(credits, turns);

    private static Gen<UsageTurn> Turn() =>
        from cents in Gen.Elements(100, 1, 7, 33, 999)
        from markup in Gen.Elements(0m, 20m, 33.3333m, 0.0001m)
        from topup in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 20)))
        from together in Gen.Elements(true, false)
        from steps in Gen.Choose(1, 10).SelectMany(count => Step().ArrayOf(count))
        select new UsageTurn(cents, markup, topup, together, steps);

    private static Gen<UsageStep> Step() =>
        from user in Gen.Choose(0, Users - 1)
        from model in Gen.Choose(0, Rates.Length - 1)
        from input in Gen.Frequency((4, Gen.Choose(0, 1_000)), (1, Gen.Choose(0, 2_000_000)))
        from cached in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(0, 1_000)))
        from output in Gen.Frequency((4, Gen.Choose(1, 500)), (1, Gen.Choose(1, 100_000)))
        from key in Gen.Frequency((5, Gen.Choose(1, 1_000_000).Select(n => $"n{n}")), (1, Gen.Elements("k1", "k2")))
        from days in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Elements(5, 15)))
        select new UsageStep(user, model, input, Math.Min(cached, input), output, key, days);

    private static IEnumerable<UsageCase> Smaller(UsageCase big) =>
        from turn in Enumerable.Range(0, big.Turns.Count)
        from step in Enumerable.Range(0, big.Turns[turn].Steps.Length)
        let steps = big.Turns[turn].Steps
        let fewer = big.Turns.Select((t, i) => i == turn ? t with { Steps = [.. steps[..step], .. steps[(step + 1)..]] } : t)
        let turns = fewer.Where(t => t.Steps.Length > 0).ToArray()
        where turns.Length > 0
        select big with { Turns = turns };
}

/// <summary>What one user owes and has, in whole numbers that no rounding reaches: dollars times 10^40.</summary>
internal sealed class UsageModel(long credits)
{
    private static readonly BigInteger Dollar = BigInteger.Pow(10, 40);
    private readonly Dictionary<string, (UsageStep Step, string Answer)> known = [];

    public BigInteger Owed { get; private set; }

    public long Credits { get; private set; } = credits;

    private bool inArrears;

    public void Add(long more) => Credits += more;

    /// <summary>What a worker does for whoever could not pay when something was recorded last.</summary>
    public void Settle(int cents)
    {
        if (inArrears && Charge(cents) > 0) inArrears = Owed * 100 >= Dollar * cents;
    }

    /// <summary>What the record is answered with: its cost, the credits charged with it and whether it was there.</summary>
    public string Record(UsageStep step, (decimal Input, decimal? Cached, decimal Output) rates, int cents, decimal markup)
    {
        if (known.TryGetValue(step.Key, out var earlier))
        {
            return earlier.Step == step ? earlier.Answer.Replace("new", "again", StringComparison.Ordinal) : "CR005";
        }

        var cost = Dollars(step.Input - step.Cached, rates.Input)
            + Dollars(step.Cached, rates.Cached ?? rates.Input) + Dollars(step.Output, rates.Output);
        var billed = cost * (1_000_000 + (BigInteger)(markup * 10_000)) / 1_000_000;
        Owed += billed;
        var answer = $"new {cost} {billed} {Charge(cents)}";
        inArrears = Owed * 100 >= Dollar * cents;
        known.Add(step.Key, (step, answer));
        return answer;
    }

    /// <summary>The decimal text of a number of dollars, as a whole number of this model.</summary>
    public static BigInteger Parse(string dollars)
    {
        var parts = dollars.Split('.');
        return BigInteger.Parse(parts[0] + (parts.Length > 1 ? parts[1] : "").PadRight(40, '0'), null);
    }

    // Charges the whole credits that are owed and can be paid.
    private long Charge(int cents)
    {
        var paid = (long)BigInteger.Min(Owed * 100 / (Dollar * cents), Credits);
        Owed -= paid * Dollar * cents / 100;
        Credits -= paid;
        return paid;
    }

    // The rate has 15 decimal places and is for a million.
    private static BigInteger Dollars(BigInteger tokens, decimal perMillion)
    {
        var whole = decimal.Truncate(perMillion);
        var scaled = ((BigInteger)whole * BigInteger.Pow(10, 15)) + (BigInteger)((perMillion - whole) * 1_000_000_000_000_000m);
        return tokens * scaled * BigInteger.Pow(10, 40 - 15 - 6);
    }
}
