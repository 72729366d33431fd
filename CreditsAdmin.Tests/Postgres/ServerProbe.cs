using System.Diagnostics;
using System.Runtime.CompilerServices;
using CreditsAdmin.Data.Postgres;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>
/// A second process with a server of its own: this assembly again, which sees the variable before any test runner does.
/// It prints its connection string, and leaves in good order when its input ends.
/// </summary>
internal sealed class ServerProbe : IAsyncDisposable
{
    private const string Variable = "CREDITS_SERVER_PROBE";
    private readonly Process process;
    private bool left;

    private ServerProbe(Process process) => this.process = process;

    /// <summary>What it printed last: the connection string, or why there is none.</summary>
    internal string Line { get; private set; } = "";

    internal static async Task<ServerProbe> StartAsync(string dataPath, params IEnumerable<string> wrapper)
    {
        string[] command = [.. wrapper, "dotnet", "exec", typeof(ServerProbe).Assembly.Location];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        info.Environment[Variable] = dataPath;
        info.Environment["DOTNET_gcServer"] = "0";
        var probe = new ServerProbe(Process.Start(info)!);
        probe.Line = await probe.process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        return probe;
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    internal async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (left) return;
        left = true;
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    // While a module initialiser runs, other threads wait for this module; so nothing here may run on one.
#pragma warning disable CA2255 // This assembly is a program, not a library.
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path) return;
        var options = new EmbeddedOptions { DataPath = path, Durable = false, MaxConnections = 30 };
        try
        {
            var server = EmbeddedPostgres.StartAsync(options, Console.Error.WriteLine, default)
                .GetAwaiter().GetResult();
            Console.WriteLine(server.ConnectionString);
            Console.In.ReadToEnd();
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (EmbeddedPostgresException refusal)
        {
            Console.WriteLine(refusal.Message);
        }
        Environment.Exit(0);
    }
#pragma warning restore CA2255
}
