using System.Net;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.RateLimits;
using Microsoft.AspNetCore.Http;

namespace CreditsAdmin.Tests.Operation;

/// <summary>An app behind a proxy on this machine, and with small limits for addresses.</summary>
public class ProxiedApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Proxies:Known"] = "127.0.0.0/8, 10.1.2.3",
        ["RateLimits:Address:Reads"] = "1/1000000",
    };
}

/// <summary>Where a request came from. That nobody is believed by default is shown with the limits of addresses.</summary>
public class ProxyTests(ProxiedApp app) : IClassFixture<ProxiedApp>
{
    [Fact]
    public async Task A_known_proxy_says_who_asks_and_what_the_client_wrote_before_it_does_not_count()
    {
        Assert.Equal(401, await StatusAsync("198.51.100.1"));
        Assert.Equal(429, await StatusAsync("198.51.100.1"));
        Assert.Equal(401, await StatusAsync("198.51.100.2"));
        // The last one that is no known proxy is who asks, whatever stands before it.
        Assert.Equal(429, await StatusAsync("203.0.113.7, 198.51.100.1"));
        Assert.Equal(429, await StatusAsync("203.0.113.8, 198.51.100.1, 10.1.2.3"));
        // All addresses of one household are one.
        Assert.Equal(401, await StatusAsync("2001:db8:0:1::1"));
        Assert.Equal(429, await StatusAsync("2001:db8:0:1:ffff::2"));
        Assert.Equal(401, await StatusAsync("2001:db8:0:2::1"));
    }

    [Theory]
    [InlineData("198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData(null, "unknown")]
    public void An_address_is_counted_as(string? address, string identifier) => Assert.Equal(
        identifier,
        RateLimitPartition.AddressOf(new DefaultHttpContext
        {
            Connection = { RemoteIpAddress = address is null ? null : IPAddress.Parse(address) },
        }));

    private async Task<int> StatusAsync(string forwardedFor)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        return (await client.ReadAsync($"/v1/balances/{Guid.NewGuid()}")).Status;
    }
}
