namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>How staff read a lot.</summary>
internal static class LotWords
{
    /// <summary>Why it is there.</summary>
    public static string Source(string source) => source switch
    {
        "sign_up" => "Welcome credits",
        "receipt" => "Payment",
        "manual" => "Grant",
        "refund" => "Given back",
        "adjustment" => "Adjustment",
        _ => source,
    };

    /// <summary>Which part of the balance it belongs to.</summary>
    public static string Bucket(string category) => category == "promotional" ? "free" : "paid";
}
