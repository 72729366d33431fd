using System.Net;
using System.Net.Sockets;
using CreditsAdmin.Data.Webhooks;
using CreditsAdmin.Web.Webhooks;
using Microsoft.AspNetCore.DataProtection;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>Nothing is sent to this machine or to the networks beside it, whatever the address looks like.</summary>
public class AddressTests
{
    private static readonly WebhookSecrets Secrets = new(new EphemeralDataProtectionProvider());

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0x7f.0.0.1/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://0/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://172.16.0.1/")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.168.0.1/")]
    [InlineData("https://192.0.2.1/")]
    [InlineData("https://198.18.0.1/")]
    [InlineData("https://224.0.0.1/")]
    [InlineData("https://255.255.255.255/")]
    [InlineData("https://[::]/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::127.0.0.1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::ffff:a00:1]/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fe80::1%25lo]/")]
    [InlineData("https://[ff02::1]/")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://[2001:db8::1]/")]
    [InlineData("https://[2001::1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://a.localhost/")]
    [InlineData("https://①②⑦.0.0.1/")]
    public async Task An_address_that_is_not_public_is_refused_when_it_is_entered_and_when_it_is_connected_to(string url)
    {
        Assert.NotNull(WebhookUrl.Fault(url, allowPrivate: false));

        // As if nobody had looked at it before.
        var connection = new WebhookConnection(allowPrivate: false);
        var host = new Uri(url).IdnHost;
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await ConnectAsync(connection, host));
        // The resolver itself refuses 0.0.0.0, and names that nobody has; nothing gets as far as a refused connection.
        Assert.True(error is PrivateAddressException or ArgumentException
            or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain }, $"{error}");
    }

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("ftp://example.com/")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("https://example.com/#part")]
    [InlineData("https://exa mple.com/")]
    [InlineData("https:\\\\example.com/")]
    [InlineData("//example.com/")]
    [InlineData("/hooks")]
    [InlineData("")]
    [InlineData("https://")]
    [InlineData("https://example.com/\u00e9")]
    public void What_is_no_plain_https_address_is_refused(string url) =>
        Assert.NotNull(WebhookUrl.Fault(url, allowPrivate: false));

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com:8443/hooks?key=1")]
    [InlineData("https://93.184.216.34/")]
    [InlineData("https://[2606:2800:220:1::1]/")]
    [InlineData("https://[::ffff:93.184.216.34]/")]
    [InlineData("https://[64:ff9b::5db8:d822]/")]
    public void A_public_address_is_fine(string url) => Assert.Null(WebhookUrl.Fault(url, allowPrivate: false));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("93.184.216.34", "10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    public async Task A_name_that_leads_to_a_private_address_is_not_connected_to(params string[] addresses)
    {
        var connection = new WebhookConnection(
            allowPrivate: false, (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()));
        using var sender = new WebhookSender(new(), Secrets, TimeProvider.System, connection);

        var result = await sender.SendAsync(DeliveryTo("https://example.com/hooks"));

        Assert.Equal((false, (int?)null, "The name leads to an address that is not on the public internet."),
            (result.Delivered, result.StatusCode, result.Error));
    }

    [Fact]
    public async Task A_name_is_asked_for_once_and_the_connection_goes_to_what_was_checked()
    {
        await using var receiver = await Receiver.StartAsync();
        var asked = 0;
        var connection = new WebhookConnection(allowPrivate: true, (_, _) =>
        {
            asked++;
            return Task.FromResult(new[] { IPAddress.Loopback });
        });
        using var sender = new WebhookSender(new() { AllowPrivate = true }, Secrets, TimeProvider.System, connection);

        var result = await sender.SendAsync(DeliveryTo($"http://no-such-name.invalid:{new Uri(receiver.Url).Port}/hooks"));

        Assert.Equal((true, 200, 1), (result.Delivered, result.StatusCode, asked));
        Assert.Equal("no-such-name.invalid", receiver.Messages.Single().Headers["host"].Split(':')[0]);
    }

    [Fact]
    public async Task An_address_that_was_allowed_once_is_refused_when_private_ones_are_not_any_more()
    {
        await using var receiver = await Receiver.StartAsync();
        using var sender = new WebhookSender(new(), Secrets, TimeProvider.System, new(allowPrivate: false));

        var plain = await sender.SendAsync(DeliveryTo(receiver.Url));
        var local = await sender.SendAsync(DeliveryTo(receiver.Url.Replace("http:", "https:", StringComparison.Ordinal)));

        Assert.Equal((false, "url must begin with https://."), (plain.Delivered, plain.Error));
        Assert.Equal((false, "url must be on the public internet."), (local.Delivered, local.Error));
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public void The_pauses_grow_from_seconds_to_a_day_and_end()
    {
        var options = new WebhookOptions();
        var wanted = new[] { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };

        for (var retries = 0; retries < wanted.Length; retries++)
            Assert.InRange(options.PauseAfter(retries)!.Value.TotalSeconds, wanted[retries] * 0.8, wanted[retries] * 1.2);
        Assert.Null(options.PauseAfter(wanted.Length));
        Assert.True(options.PauseAfter(8) != options.PauseAfter(8), "Without chance what failed together comes back together");
    }

    private static async Task ConnectAsync(WebhookConnection connection, string host)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = connection.ConnectAsync, UseProxy = false });
        try
        {
            await http.GetAsync($"http://{(host.Contains(':') ? $"[{host}]" : host)}/", Xunit.TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw error.GetBaseException();
        }
    }

    private static ClaimedDelivery DeliveryTo(string url) =>
        new(Guid.NewGuid(), 1, 0, Guid.NewGuid(), "{}", url, [Secrets.Create().Sealed]);
}
