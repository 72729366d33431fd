using System.Net;
using System.Net.Sockets;

namespace CreditsAdmin.Tests.Faults;

/// <summary>Says whether a piece of what a client sends is worth cutting at.</summary>
internal delegate bool CutPoint(ReadOnlySpan<byte> sent);

/// <summary>A relay between a client and a server that cuts connections: before what was sent reaches the server, right
/// after, or when the server has answered and before the client hears of it.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly HashSet<Pair> open = [];
    private readonly Lock one = new();
    private readonly Random random;
    private readonly CutPoint cutPoint;
    private readonly Task accepting;

    public CutProxy(int target, CutPoint cutPoint, int seed)
    {
        (Target, this.cutPoint, random) = (target, cutPoint, new Random(seed));
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    private int Target { get; }

    /// <summary>Of the points worth cutting, how many are cut: 0 to 1.</summary>
    public double Share { get; set; }

    /// <summary>Holds each piece of what the server sends back for so long.</summary>
    public TimeSpan Lag { get; set; }

    public int Before { get; private set; }

    public int Between { get; private set; }

    public int After { get; private set; }

    public int Cuts => Before + Between + After;

    /// <summary>A charge on its way to PostgreSQL: named in the statement, or the execution of a prepared one.</summary>
    public static bool Charge(ReadOnlySpan<byte> sent) => sent.IndexOf("charge"u8) >= 0 || sent[0] == (byte)'B';

    /// <summary>A charge on its way to the app.</summary>
    public static bool Post(ReadOnlySpan<byte> sent) => sent.StartsWith("POST /v1/jobs"u8);

    /// <summary>Cuts every connection there is, with all that is on its way.</summary>
    public void CutAll()
    {
        lock (one)
        {
            foreach (var pair in open) pair.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        CutAll();
        await accepting;
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptSocketAsync(closing.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        using var pair = new Pair(client, server);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, Target);
            lock (one) open.Add(pair);
            await Task.WhenAny(SendAsync(pair), AnswerAsync(pair));
        }
        catch (SocketException)
        {
            // Nobody is behind us: the client is cut off, as it would be without us.
        }
        finally
        {
            lock (one) open.Remove(pair);
            pair.Cut();
        }
    }

    private async Task SendAsync(Pair pair)
    {
        var buffer = new byte[64 * 1024];
        while (await Pair.ReadAsync(pair.Client, buffer) is > 0 and var read)
        {
            var moment = Choose(buffer.AsSpan(0, read));
            if (moment == 1) return;
            if (moment == 3) pair.Swallow = true;
            if (!await Pair.WriteAsync(pair.Server, buffer.AsMemory(0, read)) || moment == 2) return;
        }
    }

    private async Task AnswerAsync(Pair pair)
    {
        var buffer = new byte[64 * 1024];
        while (await Pair.ReadAsync(pair.Server, buffer) is > 0 and var read)
        {
            if (Lag > TimeSpan.Zero) await Task.Delay(Lag);
            if (pair.Swallow || !await Pair.WriteAsync(pair.Client, buffer.AsMemory(0, read))) return;
        }
    }

    // 1 before, 2 between, 3 after, 0 not at all.
    private int Choose(ReadOnlySpan<byte> sent)
    {
        if (Share <= 0 || !cutPoint(sent)) return 0;
        lock (one)
        {
            if (random.NextDouble() >= Share) return 0;
            var moment = random.Next(1, 4);
            if (moment == 1) Before++;
            else if (moment == 2) Between++;
            else After++;
            return moment;
        }
    }

    private sealed class Pair(Socket client, Socket server) : IDisposable
    {
        public Socket Client => client;

        public Socket Server => server;

        /// <summary>The next answer is not handed on: the connection ends in its place.</summary>
        public volatile bool Swallow;

        public static async Task<int> ReadAsync(Socket from, byte[] buffer)
        {
            try
            {
                return await from.ReceiveAsync(buffer);
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return 0;
            }
        }

        public static async Task<bool> WriteAsync(Socket to, ReadOnlyMemory<byte> data)
        {
            try
            {
                await to.SendAsync(data);
                return true;
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }

        // A reset, not a farewell.
        public void Cut()
        {
            client.Close(0);
            server.Close(0);
        }

        public void Dispose() => Cut();
    }
}
