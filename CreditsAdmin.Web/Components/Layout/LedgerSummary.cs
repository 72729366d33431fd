namespace CreditsAdmin.Web.Components.Layout;

/// <summary>The background check of the ledger in three values.</summary>
/// <param name="CheckedAt">When the last check ended.</param>
/// <param name="Violations">How many places break an invariant.</param>
/// <param name="Unsound">The API moves no credits, unless it is told to.</param>
public sealed record LedgerSummary(DateTimeOffset CheckedAt, long Violations, bool Unsound);
