using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Web.Components.Pages.Ledger;
using CreditsAdmin.Web.Components.Shared;

namespace CreditsAdmin.Web.Components.Pages.Adjustments;

/// <summary>How staff read an adjustment.</summary>
internal static class AdjustmentWords
{
    /// <summary>What kind of correction it is.</summary>
    public static string Kind(AdjustmentRow row) =>
        row.Reverses is not null ? "Reversal" : row.Operation is not null ? "Refund" : "Adjustment";

    /// <summary>The member of staff or whatever else asked for it.</summary>
    public static string RequestedBy(AdjustmentRow row) => row.RequestedByEmail ?? EntryWords.Actor(row.RequestedBy);

    /// <summary>Why this member of staff cannot approve it; null when they can.</summary>
    public static string? NotBy(AdjustmentRow row, Guid staffId) =>
        row.RequestedBy == $"staff:{staffId}" ? "You asked for this. Another admin approves it."
        : row.UserId == staffId ? "This is your own account. Another admin approves it."
        : null;

    /// <summary>What to tell when a request was carried out, or waits.</summary>
    public static (string Title, string Text) Told(AdjustmentOutcome outcome, string done, string? email) => outcome.Waits
        ? ("Waits for a second admin", "No credits have moved yet. It expires after 24 hours.")
        : (done, $"{CreditAmount.Format(outcome.Delta, signed: true)} for {email ?? "a user without e-mail"}. "
            + $"Balance\u00A0{CreditAmount.Format(outcome.Available ?? 0)}.");
}
