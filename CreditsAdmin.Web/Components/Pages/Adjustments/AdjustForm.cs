using System.Globalization;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Components.Pages.Users;
using CreditsAdmin.Web.Components.Shared;

namespace CreditsAdmin.Web.Components.Pages.Adjustments;

/// <summary>What an admin typed into the adjust dialog, and what is wrong with it. The database checks it again.</summary>
internal sealed class AdjustForm
{
    /// <summary>promotional (free credits) or paid.</summary>
    public string Category { get; set; } = "promotional";

    /// <summary>The credits as they were typed, with a minus to take away.</summary>
    public string? Amount { get; set; }

    /// <summary>Why, as it was typed.</summary>
    public string? Reason { get; set; }

    /// <summary>Whole credits, not 0; null while the amount is not usable.</summary>
    public long? Delta =>
        long.TryParse(Amount?.Trim().Replace('\u2212', '-'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var delta) && delta is not 0 and >= -GrantForm.Most and <= GrantForm.Most ? delta : null;

    /// <summary>What is wrong with the reason; null when it can be sent.</summary>
    public string? ReasonError => string.IsNullOrWhiteSpace(Reason) ? "Write why the balance is corrected." : null;

    /// <summary>What is wrong with the amount for this user; null when it can be sent.</summary>
    public string? AmountError(UserRow user)
    {
        if (Delta is not { } delta) return "Write whole credits, such as 50, or -50 to take 50 away.";
        var has = Category == "paid" ? user.Paid : user.Free;
        return has + delta >= 0 ? null
            : $"There are only {CreditAmount.Format(has)} {(Category == "paid" ? "paid" : "free")} credits to take away.";
    }
}
