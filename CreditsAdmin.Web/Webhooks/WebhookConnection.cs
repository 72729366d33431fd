using System.Net;
using System.Net.Sockets;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>The address leads to where nothing is sent.</summary>
internal sealed class PrivateAddressException() : IOException("The name leads to an address that is not on the public internet.");

/// <summary>Connects to what was checked: the name is resolved once, each of its addresses is looked at, and the connection
/// goes to those addresses and no others. A name that leads elsewhere a moment later changes nothing.</summary>
internal sealed class WebhookConnection(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve = resolve ?? Dns.GetHostAddressesAsync;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await resolve(context.DnsEndPoint.Host, cancel);
        if (!allowPrivate && !addresses.All(PublicAddresses.Contain)) throw new PrivateAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
