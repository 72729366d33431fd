namespace CreditsAdmin.Web.Api;

/// <summary>Ids as front ends send them: a uuid, or the same with a prefix that says of what.</summary>
internal static class ApiIds
{
    public const string User = "usr_";
    public const string Job = "job_";
    public const string Price = "price_";
    public const string WebhookEndpoint = "whe_";
    public const string WebhookDelivery = "whd_";
    public const string WebhookEvent = "msg_";
    public const string Receipt = "rcpt_";
    public const string Grant = "grant_";

    private const string UserInFull = "user_";

    /// <summary>The id in the text, with or without prefix and dashes; null when it is not one.</summary>
    public static Guid? Parse(string? text, string prefix)
    {
        var uuid = text is null ? null : Strip(text, prefix) ?? (prefix == User ? Strip(text, UserInFull) : null) ?? text;
        // The parser forgives white space and signs, so what it read must be what was sent.
        return Guid.TryParse(uuid, out var id) && (Is(id, "D", uuid) || Is(id, "N", uuid)) ? id : null;
    }

    private static string? Strip(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static bool Is(Guid id, string format, string uuid) =>
        id.ToString(format).Equals(uuid, StringComparison.OrdinalIgnoreCase);
}
