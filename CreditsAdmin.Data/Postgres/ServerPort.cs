using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Chooses the loopback port of a server.</summary>
internal static class ServerPort
{
    // Below what systems hand out to outgoing connections: a client that retries while the server is down could
    // otherwise be given the server's own port.
    private const int First = 15432;
    private const int End = 32000;

    internal static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (IsFree(port)) return port;
        }
    }

    internal static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
