using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Users;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Components.Pages.Ledger;

/// <summary>The ledger of all users.</summary>
public sealed partial class LedgerPage
{
    private static readonly string[] Kinds =
        ["grant", "purchase", "charge", "refund", "clawback", "expiry", "adjustment"];

    private bool isAdmin;
    private long? newId;
    private ElementReference panel;

    [SupplyParameterFromQuery] private string? User { get; set; }

    [SupplyParameterFromQuery] private string? Kind { get; set; }

    [SupplyParameterFromQuery] private string? From { get; set; }

    [SupplyParameterFromQuery] private string? To { get; set; }

    [SupplyParameterFromQuery] private string? Before { get; set; }

    [SupplyParameterFromQuery] private string? After { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; init; } = default!;

    private bool IsFiltered => new[] { User, Kind, From, To }.Any(filter => filter is { Length: > 0 });

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        isAdmin = (await Authentication).User.IsInRole("admin");
        await base.OnParametersSetAsync();
    }

    /// <inheritdoc />
    protected override async Task<Page<LedgerRow>> ReadAsync(CreditsDb db, CancellationToken cancel)
    {
        var filter = new LedgerFilter(Kind: Kind is { Length: > 0 } ? Kind : null, From: Day(From), To: Day(To));
        if (User is { Length: > 0 })
        {
            if (await UserQueries.FindIdAsync(db, User, cancel) is not { } userId) return new([], false, false);
            filter = filter with { UserId = userId };
        }

        return await LedgerQueries.ListAsync(db, filter, new(Id(Before), Id(After)), cancel);
    }

    // The button that opened the dialog goes when its entry is reversed: the focus must not go with it.
    private async Task AfterDialogAsync(AdjustmentOutcome? outcome)
    {
        newId = outcome?.EntryId;
        await ReloadAsync();
        if (!IsLeft && outcome is not null) await panel.FocusAsync(preventScroll: true);
    }

    private string At(string direction, long id) => Urls.Filtered(
        Urls.Ledger, [("user", User), ("kind", Kind), ("from", From), ("to", To), (direction, Urls.Key(id))]);

    // What cannot be read in an address is as if it were not there: a mangled link still shows the list.
    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static long? Id(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : null;
}
