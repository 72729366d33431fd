using System.Globalization;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Components;

namespace CreditsAdmin.Web.Components.Account;

/// <summary>A user's own credits. Everything is read as that user: row-level security leaves nothing but their own
/// rows.</summary>
public sealed partial class BalancePage
{
    private Balance? balance;
    private Page<LedgerEntry> history = new([], false, false);
    private IReadOnlyList<Receipt> receipts = [];
    private string? referenceError;
    private string? amountError;

    [SupplyParameterFromForm] private ClaimForm? Form { get; set; }

    [SupplyParameterFromQuery] private string? Before { get; set; }

    [SupplyParameterFromQuery] private string? After { get; set; }

    [SupplyParameterFromQuery] private string? Claimed { get; set; }

    [CascadingParameter] private HttpContext Http { get; set; } = default!;

    [Inject] private CreditsDatabase Database { get; init; } = default!;

    [Inject] private ReceiptCommands Receipts { get; init; } = default!;

    [Inject] private NavigationManager Navigation { get; init; } = default!;

    private Guid UserId => Session.From(Http.User)!.UserId;

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        var cancel = Http.RequestAborted;
        (balance, history, receipts) = await Database.ReadAsUserAsync(UserId, async db => (
            await BalanceQueries.FindAsync(db, UserId, cancel),
            await LedgerQueries.HistoryAsync(db, UserId, new(Seq(Before), Seq(After), Size: 20), cancel),
            (await ReceiptQueries.HistoryAsync(db, UserId, new(Size: 10), cancel)).Items), cancel);
    }

    private async Task ClaimAsync()
    {
        if (Dollars.ToCents(Form?.Amount) is not { } cents)
        {
            amountError = "Write dollars and cents, such as 5.00.";
            return;
        }

        var claim = await Receipts.ClaimAsync(UserId, new(Form?.Reference, cents), Http.RequestAborted);
        if (claim.Done)
        {
            // A redirect, so that reloading the page does not send the form again.
            Navigation.NavigateTo("/balance?claimed=1#claim");
            return;
        }

        if (claim.Refusal.Code == RefusalCode.InvalidAmount) amountError = "The amount must be between 0.01 and 1000000 dollars.";
        else referenceError = claim.Refusal.Message;
    }

    // What cannot be read in an address is as if it were not there.
    private static long? Seq(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var seq) ? seq : null;

    private static string? Invalid(string? error) => error is null ? null : "true";

    private sealed class ClaimForm
    {
        public string? Reference { get; set; }

        public string? Amount { get; set; }
    }
}
