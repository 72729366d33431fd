using System.Diagnostics;
using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench.Loads;

/// <summary>Front ends that charge through the API.</summary>
internal static class HttpLoad
{
    /// <summary>Charges over this many connections for a while.</summary>
    public static async Task<Load> RunAsync(
        WebApp app, Func<HttpRequestBytes> request, int connections, int users, TimeSpan duration)
    {
        var clients = Enumerable.Range(0, connections).Select(_ => new HttpConnection(request(), users)).ToList();
        var clock = Stopwatch.StartNew();
        try
        {
            await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(app.Port, clock, duration))));
            var seconds = clock.Elapsed.TotalSeconds;
            var latencies = clients.SelectMany(client => client.Latencies).ToList();
            return new((long)latencies.Count * request().Jobs, seconds, latencies);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }
}
