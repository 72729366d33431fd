using System.Diagnostics;
using CreditsAdmin.Tests.Contract;
using CreditsAdmin.Tests.Infrastructure;

[assembly: Xunit.AssemblyFixture(typeof(NodePackages))]

namespace CreditsAdmin.Tests.Contract;

/// <summary>The TypeScript client and what uses it, installed and built once a run, by the first test that asks.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    public const string Client = "clients/typescript";
    public const string FrontEnd = "examples/front-end";

    private readonly SemaphoreSlim one = new(1, 1);
    private bool isBuilt;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        one.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Installs what the lock files say, and builds the client and the front end. The build checks all
    /// types.</summary>
    public async Task BuildAsync()
    {
        await one.WaitAsync();
        try
        {
            if (isBuilt) return;
            foreach (var package in new[] { Client, FrontEnd })
            {
                await RunAsync(package, "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline");
                await RunAsync(package, "npm", "run", "build");
            }

            isBuilt = true;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Runs a program in a folder of the repository; fails with all that it printed when it fails.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var (exit, output, error) = await TryAsync(folder, [], program, arguments);
        Assert.True(exit == 0, $"{program} {string.Join(" ", arguments)} ended with {exit}:\n{output}\n{error}");
        return output;
    }

    /// <summary>The same with settings in the environment; tells how it ended.</summary>
    public static async Task<(int Exit, string Output, string Error)> TryAsync(
        string folder, Dictionary<string, string> settings, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.Combine(Repository.Root, folder),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return (process.ExitCode, await output, await error);
    }
}
