using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Components.Pages.Adjustments;

/// <summary>What waits for a second admin, and all adjustments behind it.</summary>
public sealed partial class AdjustmentsPage
{
    // The queue is what people come for: it needs no name in the address.
    private static readonly Tab[] Tabs =
    [
        new(null, "pending", "Pending"), new("posted", "posted", "Posted"), new("rejected", "rejected", "Rejected"),
        new("expired", "expired", "Expired"), new("all", null, "All"),
    ];

    // The admin who is signed in; null for support, who decides nothing.
    private Guid? me;
    private ElementReference panel;

    [SupplyParameterFromQuery] private string? Status { get; set; }

    [SupplyParameterFromQuery] private string? Before { get; set; }

    [SupplyParameterFromQuery] private string? After { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; init; } = default!;

    private Tab Chosen => Array.Find(Tabs, tab => tab.Name == Status) ?? Tabs[0];

    private bool OldestFirst => Chosen.Status == "pending";

    private bool IsPaged => Before is { Length: > 0 } || After is { Length: > 0 };

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        me = Session.From((await Authentication).User) is { Role: "admin" } session ? session.UserId : null;
        await base.OnParametersSetAsync();
    }

    /// <inheritdoc />
    protected override Task<Page<AdjustmentRow>> ReadAsync(CreditsDb db, CancellationToken cancel) =>
        AdjustmentQueries.ListAsync(
            db, Chosen.Status, new(Urls.Id(Before), Urls.Id(After), OldestFirst: OldestFirst), cancel);

    // The row goes with its buttons when it was decided: the focus must not go with it.
    private async Task AfterDialogAsync(AdjustmentOutcome? outcome)
    {
        await ReloadAsync();
        if (!IsLeft && outcome is not null) await panel.FocusAsync(preventScroll: true);
    }

    private static string At(string? status, string? direction = null, Guid? id = null) => Urls.Filtered(
        Urls.Adjustments, [("status", status), (direction ?? "", id?.ToString())]);

    private sealed record Tab(string? Name, string? Status, string Title);
}
