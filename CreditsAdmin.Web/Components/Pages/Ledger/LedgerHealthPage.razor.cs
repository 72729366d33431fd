using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using Microsoft.AspNetCore.Components;

namespace CreditsAdmin.Web.Components.Pages.Ledger;

/// <summary>Whether the books are right, as the background check last found them.</summary>
public sealed partial class LedgerHealthPage
{
    /// <summary>When that was and what is sealed.</summary>
    [PersistentState] public HealthState? State { get; set; }

    /// <inheritdoc />
    protected override async Task<Page<Invariant>> ReadAsync(CreditsDb db, CancellationToken cancel)
    {
        var health = await LedgerCheckQueries.HealthAsync(db, cancel);
        var seal = await LedgerCheckQueries.LastSealAsync(db, cancel);
        State = new(health?.Last.FinishedAt, health?.Full?.FinishedAt, health?.Violations ?? 0, health?.Unsound ?? false,
            seal?.Id, seal?.Head);
        return new(await LedgerCheckQueries.KnownAsync(db, health, cancel), false, false);
    }

    /// <summary>What stands above and below the list.</summary>
    public sealed record HealthState(
        DateTimeOffset? CheckedAt, DateTimeOffset? FullAt, long Violations, bool Unsound, long? Seal, string? Head);
}
