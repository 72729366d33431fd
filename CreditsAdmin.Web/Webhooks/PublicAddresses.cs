using System.Net;
using System.Net.Sockets;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>Which addresses are on the public internet. The rest is this machine, a network beside it, or nobody.</summary>
internal static class PublicAddresses
{
    // IANA's special-purpose registries, but for what is global in them.
    private static readonly IPNetwork[] Special4 = Networks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4");

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] Special6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    // An IPv4 address as a network without IPv4 writes it: the last four bytes are where it really goes.
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True for an address that anybody on the internet could reach.</summary>
    public static bool Contain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return Contain(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetwork) return !Special4.Any(network => network.Contains(address));
        if (address.ScopeId != 0) return false;
        return Translated.Contains(address)
            ? Contain(new IPAddress(address.GetAddressBytes().AsSpan(12)))
            : Global6.Contains(address) && !Special6.Any(network => network.Contains(address));
    }

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(text => IPNetwork.Parse(text))];
}
