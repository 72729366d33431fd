using System.Net;
using System.Net.Sockets;

namespace CreditsAdmin.Tests.Operation;

internal static class Ports
{
    /// <summary>A port of this machine that nobody uses at the moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
