using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Who may say where a request came from. <c>Proxies:Known</c> lists addresses and networks, such as
/// <c>10.0.0.7</c> or <c>10.0.0.0/8</c>; while it is empty, nobody is believed.</summary>
internal static class Proxies
{
    private const string Setting = "Proxies:Known";

    public static IServiceCollection AddKnownProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var known = Settings.List(configuration, Setting).Select(Network).ToList();
        // After every other configuration: ASP.NET Core has an environment variable of its own that believes everybody.
        return services.PostConfigure<ForwardedHeadersOptions>(options =>
        {
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in known) options.KnownIPNetworks.Add(network);
            options.ForwardedHeaders = known.Count == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // From the last proxy backwards, as long as each is known: what a client wrote itself stands before them.
            options.ForwardLimit = null;
        });
    }

    private static System.Net.IPNetwork Network(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : throw new SettingException(
            $"{Setting} has \"{text}\", which is neither an address nor a network such as 10.0.0.0/8.");
}
