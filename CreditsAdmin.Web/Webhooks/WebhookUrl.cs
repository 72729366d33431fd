using System.Net;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>What an endpoint's address must be like, before anybody connects to it.</summary>
internal static class WebhookUrl
{
    private const int LongestUrl = 2000;

    /// <summary>Why the address cannot be used, a sentence; null when it can, as far as its text says. Where its name leads
    /// is looked at when it is connected to, every time.</summary>
    public static string? Fault(string url, bool allowPrivate)
    {
        if (url.Length > LongestUrl || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || !url.All(IsPlain))
            return "url must be an absolute address in ASCII of at most 2000 characters.";
        if (uri.Scheme != Uri.UriSchemeHttps && !(allowPrivate && uri.Scheme == Uri.UriSchemeHttp))
            return "url must begin with https://.";
        if (uri.UserInfo.Length > 0) return "url must not contain a user or password.";
        if (uri.Fragment.Length > 0) return "url must not contain a fragment.";
        return allowPrivate || IsPublic(uri) ? null : "url must be on the public internet.";
    }

    private static bool IsPlain(char letter) => letter is > ' ' and <= '~' and not '\\';

    // Other spellings of an IPv4 address, such as 2130706433 or 0x7f.1, are addresses by now.
    private static bool IsPublic(Uri uri)
    {
        var host = uri.IdnHost.TrimEnd('.');
        if (IPAddress.TryParse(host, out var address)) return PublicAddresses.Contain(address);
        return host.Contains('.') && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
