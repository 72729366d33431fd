using System.Diagnostics;
using System.Text;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>The built app as a process of its own, as people start it.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private static readonly string Dll = Path.Combine(AppContext.BaseDirectory, "CreditsAdmin.Web.dll");
    private readonly Process process;
    private readonly StringBuilder output = new();

    private AppProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
    }

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public int Id => process.Id;

    /// <summary>Starts the web app with a server of its own and waits until it says where it runs.</summary>
    public static Task<AppProcess> ServeAsync(string dataPath, int port) =>
        ServeAsync(Info(dataPath, [], url: $"http://127.0.0.1:{port}"));

    /// <summary>The same over a database that is there already, with settings as the environment names them.</summary>
    public static Task<AppProcess> ServeOverAsync(
        string ownerConnectionString, int port, params IEnumerable<(string Name, string Value)> settings)
    {
        var info = Info("unused", [], url: $"http://127.0.0.1:{port}");
        info.Environment["ConnectionStrings__Credits"] = ownerConnectionString;
        foreach (var (name, value) in settings) info.Environment[name] = value;
        return ServeAsync(info);
    }

    private static async Task<AppProcess> ServeAsync(ProcessStartInfo info)
    {
        var app = new AppProcess(Process.Start(info)!);
        app.process.BeginOutputReadLine();
        app.process.BeginErrorReadLine();
        var patience = Stopwatch.StartNew();
        while (!app.Output.Contains("Stop it with", StringComparison.Ordinal))
        {
            Assert.False(app.process.HasExited || patience.Elapsed > TimeSpan.FromSeconds(60), app.Output);
            await Task.Delay(50);
        }

        return app;
    }

    /// <summary>Runs one command to its end.</summary>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(
        string dataPath, string[] arguments, string? input = null)
    {
        var info = Info(dataPath, arguments, url: null);
        using var process = Process.Start(info)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var (text, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await text, await error);
    }

    /// <summary>As Ctrl+C does, or <c>kill</c> with TERM; returns the exit code.</summary>
    public async Task<int> StopAsync(string signal = "INT")
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return process.ExitCode;
    }

    /// <summary>As <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await StopAsync();
        process.Dispose();
    }

    private void Add(string? line)
    {
        lock (output) output.AppendLine(line);
    }

    private static ProcessStartInfo Info(string dataPath, string[] arguments, string? url)
    {
        var info = new ProcessStartInfo("dotnet", [Dll, .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["Embedded__DataPath"] = dataPath;
        info.Environment.Remove("ConnectionStrings__Credits");
        if (url is not null) info.Environment["ASPNETCORE_URLS"] = url;
        return info;
    }
}
