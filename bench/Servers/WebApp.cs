using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CreditsAdmin.Bench.Servers;

/// <summary>The app as a process of its own, over loopback.</summary>
internal sealed class WebApp : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private WebApp(Process process, int port)
    {
        (this.process, Port) = (process, port);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public int Pid => process.Id;

    /// <summary>Starts it on a database and returns when it is ready.</summary>
    /// <param name="connectionString">The owner's.</param>
    /// <param name="settings">Settings as the environment names them.</param>
    public static async Task<WebApp> StartAsync(
        string connectionString, IReadOnlyList<(string Name, string Value)> settings, CancellationToken cancel)
    {
        var port = FreePort();
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CreditsAdmin.Web.dll")])
        {
            WorkingDirectory = Directory.GetCurrentDirectory(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["ConnectionStrings__Credits"] = connectionString;
        info.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        // Beside the charges the app would seal and check what all contestants have charged, and be blamed for it.
        info.Environment["LedgerWatch__Seconds"] = "0";
        // One key sends everything: more than an app lets through by default. Counted all the same, as every request is.
        info.Environment["RateLimits__Key__Writes"] = "1000000000/60";
        info.Environment["RateLimits__Key__Reads"] = "1000000000/60";
        // What makes the load generator cheaper is not how people start the app.
        info.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        foreach (var (name, value) in settings) info.Environment[name] = value;
        var app = new WebApp(Process.Start(info)!, port);
        using var client = new HttpClient();
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(50, cancel))
        {
            if (app.process.HasExited || waited.Elapsed > TimeSpan.FromSeconds(60))
            {
                await app.DisposeAsync();
                throw new InvalidOperationException($"The app does not get ready: {app.Output}");
            }

            try
            {
                using var answer = await client.GetAsync($"http://127.0.0.1:{port}/health/ready", cancel);
                if (answer.IsSuccessStatusCode) return app;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        lock (output) output.AppendLine(line);
    }
}
