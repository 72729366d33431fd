using System.Security.Claims;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Components.Layout;

/// <summary>The frame around every staff page: navigation, search, who is signed in.</summary>
public sealed partial class ConsoleLayout : IDisposable
{
    private string? email;
    private string? role;

    /// <summary>Receipts that wait for a decision; shown beside the menu entry when there are any.</summary>
    [PersistentState] public int? Waiting { get; set; }

    /// <summary>What the background check of the ledger knows; null while it has never run.</summary>
    [PersistentState] public LedgerSummary? Ledger { get; set; }

    /// <summary>Adjustments that wait for a second admin.</summary>
    [PersistentState] public int? WaitingAdjustments { get; set; }

    /// <summary>The address at which they were counted.</summary>
    [PersistentState] public string? CountedAt { get; set; }

    [Inject] private CreditsDatabase Database { get; init; } = default!;

    [Inject] private ILogger<ConsoleLayout> Logger { get; init; } = default!;

    [Inject] private WaitingDecisions Decisions { get; init; } = default!;

    [CascadingParameter] private Task<AuthenticationState>? Authentication { get; set; }

    private string Here => "/" + Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0];

    /// <inheritdoc />
    protected override void OnInitialized() => Decisions.Changed += RecountAsync;

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (CountedAt != Navigation.Uri) await CountAsync();
        if (Authentication is null) return;
        var user = (await Authentication).User;
        email = user.Identity?.Name;
        role = user.FindFirstValue(ClaimTypes.Role);
    }

    private Task RecountAsync() => InvokeAsync(async () =>
    {
        await CountAsync();
        StateHasChanged();
    });

    // A number beside a menu entry is never worth a broken page: without an answer the old ones stay.
    private async Task CountAsync()
    {
        CountedAt = Navigation.Uri;
        try
        {
            (Waiting, WaitingAdjustments) = await Database.ReadAsync(async db => (
                await ReceiptQueries.CountPendingAsync(db, CancellationToken.None),
                await AdjustmentQueries.CountPendingAsync(db, CancellationToken.None)));
            var health = await Database.ReadAsync(db => LedgerCheckQueries.HealthAsync(db, CancellationToken.None));
            Ledger = health is null ? null : new(health.Last.FinishedAt, health.Violations, health.Unsound);
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            Logger.LogWarning(error, "What waits could not be counted");
        }
    }

    /// <inheritdoc />
    public void Dispose() => Decisions.Changed -= RecountAsync;
}
