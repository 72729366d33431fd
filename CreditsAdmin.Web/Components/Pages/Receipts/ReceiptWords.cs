using CreditsAdmin.Data.Receipts;

namespace CreditsAdmin.Web.Components.Pages.Receipts;

/// <summary>How staff read a receipt.</summary>
internal static class ReceiptWords
{
    /// <summary>Who took the payment.</summary>
    public static string Provider(string provider) => provider switch
    {
        "bmc" => "Buy Me a Coffee",
        "stripe" => "Stripe",
        "manual" => "By hand",
        _ => provider,
    };

    /// <summary>The payer, as a name for them in a sentence.</summary>
    public static string Payer(ReceiptRow receipt) => receipt.Email ?? "a user without e-mail";
}
