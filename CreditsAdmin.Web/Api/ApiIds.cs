namespace CreditsAdmin.Web.Api;

/// <summary>Ids as front ends send them: a uuid, or the same with a prefix that says of what.</summary>
internal static class ApiIds
{
    public const string User = "usr_";
    public const string Job = "job_";

    /// <summary>The id in the text, with or without prefix and dashes; null when it is not one.</summary>
    public static Guid? Parse(string? text, string prefix)
    {
        var uuid = text is not null && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        return Guid.TryParseExact(uuid, "D", out var id) || Guid.TryParseExact(uuid, "N", out id) ? id : null;
    }
}
