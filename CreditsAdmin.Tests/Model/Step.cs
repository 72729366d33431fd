using FsCheck;
using FsCheck.Fluent;

namespace CreditsAdmin.Tests.Model;

/// <summary>What a step asks for.</summary>
public enum Act
{
    Grant,
    Charge,
    ChargeTogether,
    Complete,
    Fail,
    Expire,
    Claim,
    Verify,
    Reject,
    Record,
    SwitchRole,
    RevokeKey,
}

/// <summary>One command in small numbers, so that any step can follow any other and a failure shrinks well. What a number
/// means depends on the act: jobs and receipts are counted round.</summary>
/// <param name="Act">What to do.</param>
/// <param name="User">Whose credits: 0 or 1.</param>
/// <param name="Pick">Which job, receipt, key or reference.</param>
/// <param name="Amount">Credits or dollars; 0 is refused.</param>
/// <param name="Variant">Another operation, category, reason or member of staff.</param>
public sealed record Step(Act Act, int User, int Pick, int Amount, int Variant)
{
    // Few keys and few amounts: most sequences meet repeats, reuse and shortages.
    private static readonly Gen<Step> One =
        from act in Gen.Frequency(
            (3, Gen.Constant(Act.Grant)), (6, Gen.Constant(Act.Charge)), (2, Gen.Constant(Act.ChargeTogether)),
            (4, Gen.Constant(Act.Complete)), (4, Gen.Constant(Act.Fail)), (2, Gen.Constant(Act.Expire)),
            (3, Gen.Constant(Act.Claim)), (4, Gen.Constant(Act.Verify)), (2, Gen.Constant(Act.Reject)),
            (2, Gen.Constant(Act.Record)), (1, Gen.Constant(Act.SwitchRole)), (1, Gen.Constant(Act.RevokeKey)))
        from user in Gen.Choose(0, 1)
        from pick in Gen.Choose(0, 5)
        from amount in Gen.Choose(0, 9)
        from variant in Gen.Choose(0, 1)
        select new Step(act, user, pick, amount, variant);

    /// <summary>Sequences of up to 60 steps; a failing one shrinks by leaving steps out and by smaller numbers.</summary>
    public static Arbitrary<Step[]> Sequences { get; } = Arb.From(
        from length in Gen.Choose(1, 60)
        from steps in One.ArrayOf(length)
        select steps, Shrink);

    /// <summary>The charges of a batch: another key, another user, and this one again.</summary>
    public IReadOnlyList<Step> Together() =>
        [this, this with { Pick = (Pick + 1) % 6, Amount = (Amount + 3) % 10 }, this with { User = 1 - User }, this];

    private static IEnumerable<Step[]> Shrink(Step[] steps)
    {
        if (steps.Length > 1)
        {
            yield return steps[..(steps.Length / 2)];
            yield return steps[(steps.Length / 2)..];
            for (var i = 0; i < steps.Length; i++) yield return [.. steps[..i], .. steps[(i + 1)..]];
        }

        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Amount > 1) yield return [.. steps[..i], steps[i] with { Amount = 1 }, .. steps[(i + 1)..]];
            if (steps[i].Pick > 0) yield return [.. steps[..i], steps[i] with { Pick = 0 }, .. steps[(i + 1)..]];
        }
    }
}

/// <summary>What a step led to: a refusal's code, or the user's balance after it.</summary>
/// <param name="Code">The SQLSTATE of a refusal; empty when the step was carried out.</param>
public readonly record struct Outcome(string Code, long Free, long Paid, bool Replayed)
{
    public static Outcome Refused(string code) => new(code, 0, 0, false);
}
