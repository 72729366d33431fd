using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CreditsAdmin.Bench.Loads;

/// <summary>A client that keeps one connection and sends a request when the last one was answered. It reads no more of
/// HTTP than this app speaks: on few cores a real client would cost as much as the server.</summary>
internal sealed class HttpConnection(HttpRequestBytes request, int users) : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly List<double> latencies = new(10_000);
    private byte[] buffer = new byte[64 * 1024];

    /// <summary>Milliseconds that each request took.</summary>
    public IReadOnlyList<double> Latencies => latencies;

    /// <summary>Sends at least once and until the end, and waits for the last answer.</summary>
    /// <exception cref="InvalidOperationException">An answer was not a success.</exception>
    public async Task RunAsync(int port, Stopwatch clock, TimeSpan end)
    {
        await socket.ConnectAsync(IPAddress.Loopback, port);
        do
        {
            var start = Stopwatch.GetTimestamp();
            await socket.SendAsync(request.Next(users), SocketFlags.None);
            await ReadAnswerAsync();
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (clock.Elapsed < end);
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask ReadAnswerAsync()
    {
        for (var (read, whole) = (0, -1); read != whole;)
        {
            if (read == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var more = await socket.ReceiveAsync(buffer.AsMemory(read), SocketFlags.None);
            if (more == 0) throw new InvalidOperationException("The app closed a connection.");
            read += more;
            if (whole < 0) whole = Length(buffer.AsSpan(0, read));
        }
    }

    // The whole answer's length once its head is there, else -1.
    private static int Length(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return -1;
        if (!answer.StartsWith("HTTP/1.1 20"u8))
            throw new InvalidOperationException("The app answered: " + Encoding.UTF8.GetString(answer));
        var length = answer.IndexOf("\r\nContent-Length: "u8);
        if (length < 0 || length > head) throw new InvalidOperationException("An answer has no Content-Length.");
        _ = Utf8Parser.TryParse(answer[(length + "\r\nContent-Length: "u8.Length)..], out int body, out _);
        return head + 4 + body;
    }
}
