using CreditsAdmin.Data;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Users;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Components.Pages.Receipts;

/// <summary>The queue of claimed payments, and all receipts behind it.</summary>
public sealed partial class ReceiptsPage
{
    // The queue is what people come for: it needs no name in the address.
    private static readonly Tab[] Tabs =
    [
        new(null, "pending", "Pending"), new("verified", "verified", "Verified"), new("rejected", "rejected", "Rejected"),
        new("all", null, "All"),
    ];

    private bool isAdmin;
    private Guid? next;
    private ElementReference panel;

    [SupplyParameterFromQuery] private string? Status { get; set; }

    [SupplyParameterFromQuery] private string? User { get; set; }

    [SupplyParameterFromQuery] private string? Reference { get; set; }

    [SupplyParameterFromQuery] private string? Before { get; set; }

    [SupplyParameterFromQuery] private string? After { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; init; } = default!;

    private Tab Chosen => Array.Find(Tabs, tab => tab.Name == Status) ?? Tabs[0];

    private bool IsFiltered => User is { Length: > 0 } || Reference is { Length: > 0 };

    private bool IsPaged => Before is { Length: > 0 } || After is { Length: > 0 };

    private string CleanHref => Urls.Filtered(Urls.Receipts, [("status", Chosen.Name)]);

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        isAdmin = (await Authentication).User.IsInRole("admin");
        await base.OnParametersSetAsync();
    }

    /// <inheritdoc />
    protected override async Task<Page<ReceiptRow>> ReadAsync(CreditsDb db, CancellationToken cancel)
    {
        var filter = new ReceiptFilter(Status: Chosen.Status, Reference: Reference is { Length: > 0 } ? Reference : null);
        if (User is { Length: > 0 })
        {
            if (await UserQueries.FindIdAsync(db, User, cancel) is not { } userId) return new([], false, false);
            filter = filter with { UserId = userId };
        }

        var at = new Keyset<Guid>(Urls.Id(Before), Urls.Id(After), OldestFirst: Chosen.Status == "pending");
        return await ReceiptQueries.ListAsync(db, filter, at, cancel);
    }

    // A decided row gives the focus to the one that took its place, so that a queue can be worked off without a mouse.
    private async Task AfterDialogAsync(ReceiptRow receipt)
    {
        var place = Rows?.Items.TakeWhile(row => row.Id != receipt.Id).Count() ?? 0;
        await ReloadAsync();
        if (IsLeft) return;
        var waiting = Rows?.Items.Index().Where(row => row.Item.Status == "pending").ToList() ?? [];
        if (waiting.Any(row => row.Item.Id == receipt.Id)) return;
        next = waiting.Where(row => row.Index >= place).Concat(waiting).Select(row => (Guid?)row.Item.Id).FirstOrDefault();
        if (next is null) await panel.FocusAsync(preventScroll: true);
    }

    private string At(string? status, string? direction = null, Guid? id = null) => Urls.Filtered(
        Urls.Receipts, [("status", status), ("user", User), ("reference", Reference), (direction ?? "", id?.ToString())]);

    private Guid Newest(Page<ReceiptRow> page) => (Chosen.Status == "pending" ? page.Items[^1] : page.Items[0]).Id;

    private Guid Oldest(Page<ReceiptRow> page) => (Chosen.Status == "pending" ? page.Items[0] : page.Items[^1]).Id;

    private sealed record Tab(string? Name, string? Status, string Title);
}
