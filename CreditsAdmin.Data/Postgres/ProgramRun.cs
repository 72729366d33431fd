using System.ComponentModel;
using System.Diagnostics;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Runs a program to its end and gives its exit code with everything it printed.</summary>
internal static class ProgramRun
{
    private static readonly string[] Kept =
        ["PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "HTTPS_PROXY", "https_proxy", "NODE_EXTRA_CA_CERTS"];

    internal static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> command, CancellationToken ct)
    {
        var info = Info(command);
        info.RedirectStandardOutput = info.RedirectStandardError = info.RedirectStandardInput = true;
        using var process = new Process { StartInfo = info };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            return (127, missing.Message);
        }
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, (await output + await errors).Trim());
    }

    /// <summary>
    /// A start description that hands on no secret of ours (the environment of the app holds connection strings and
    /// keys) and whose working directory everybody may enter.
    /// </summary>
    internal static ProcessStartInfo Info(IReadOnlyList<string> command)
    {
        var info = new ProcessStartInfo(command[0]) { UseShellExecute = false };
        foreach (var argument in command.Skip(1)) info.ArgumentList.Add(argument);
        if (OperatingSystem.IsWindows()) return info;
        info.WorkingDirectory = "/";
        info.Environment.Clear();
        foreach (var name in Kept)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value) info.Environment[name] = value;
        }
        info.Environment["LC_ALL"] = "C";
        return info;
    }
}
