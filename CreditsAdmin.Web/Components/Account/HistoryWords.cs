using CreditsAdmin.Data.Ledger;

namespace CreditsAdmin.Web.Components.Account;

/// <summary>What happened, in the user's words. Never a name of staff and never their reasons.</summary>
internal static class HistoryWords
{
    public static string For(LedgerEntry entry) => (entry.Kind, entry.GrantSource) switch
    {
        ("grant", "sign_up") => "Welcome credits",
        ("grant", _) => "Credits from the team",
        ("purchase", _) => "Payment",
        ("charge", _) => Operation(entry),
        ("refund", _) => $"Given back: {Operation(entry)}",
        ("clawback", _) => "Payment taken back",
        ("expiry", _) => "Expired",
        _ => "Correction",
    };

    private static string Operation(LedgerEntry entry) =>
        entry.Operation is [var first, .. var rest]
            ? char.ToUpperInvariant(first) + rest.Replace('-', ' ').Replace('_', ' ')
            : "Generation";
}
