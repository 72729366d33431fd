using System.Text.Json;
using System.Text.Json.Serialization;

namespace CreditsAdmin.Data.Ledger;

/// <summary>One invariant of the books and how often it is broken.</summary>
/// <param name="Number">Such as <c>I1</c>.</param>
/// <param name="Law">What must hold, in a sentence.</param>
/// <param name="Violations">In how many places it does not; 0 when it holds.</param>
/// <param name="Example">One of those places; null when there is none.</param>
public sealed record Invariant(
    [property: JsonPropertyName("invariant")] string Number,
    [property: JsonPropertyName("law")] string Law,
    [property: JsonPropertyName("violations")] long Violations,
    [property: JsonPropertyName("example")] string? Example);

/// <summary>One background check of the books.</summary>
public sealed class LedgerCheck
{
    public long Id { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    /// <summary><c>full</c>: every row. <c>recent</c>: what was added since the check before.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The last seal at that time; null while there is none.</summary>
    public long? SealId { get; init; }

    /// <summary>How many places break an invariant.</summary>
    public long Violations { get; init; }

    /// <summary>The books are wrong. Late jobs (I12) alone do not make them so.</summary>
    public bool Unsound { get; init; }

    /// <summary>The broken invariants, a JSON array.</summary>
    internal string Broken { get; init; } = "[]";

    /// <summary>The broken invariants.</summary>
    public IReadOnlyList<Invariant> BrokenInvariants => JsonSerializer.Deserialize<List<Invariant>>(Broken) ?? [];
}

/// <summary>What is known about the books: the last check and the last full one, which may be the same.</summary>
public sealed record LedgerHealth(LedgerCheck Last, LedgerCheck? Full)
{
    /// <summary>How many places break an invariant. A recent check that finds nothing does not undo a full one.</summary>
    public long Violations => Math.Max(Last.Violations, Full?.Violations ?? 0);

    /// <summary>The last full check found the books wrong: no credits should move until people have looked.</summary>
    public bool Unsound => Full is { Unsound: true };

    /// <summary>The broken invariants.</summary>
    public IReadOnlyList<Invariant> Broken =>
        Full is { Violations: > 0 } full ? full.BrokenInvariants : Last.BrokenInvariants;
}
