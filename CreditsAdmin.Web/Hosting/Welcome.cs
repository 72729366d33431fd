using CreditsAdmin.Data;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Says in plain words where to go and how to sign in for the first time.</summary>
internal sealed class Welcome(
    IServer server, IHostApplicationLifetime lifetime, RunningDatabase database, CreditsDatabase credits, DatabaseGate gate,
    FirstRun firstRun) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        var url = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        await Console.Out.WriteLineAsync(await TextAsync(url, stoppingToken));
        await WaitUntilReadyAsync(url, stoppingToken);
        // Entity Framework builds its model at the first query: better now than while somebody waits for a page.
        await credits.ReadAsync(db => ReceiptQueries.CountPendingAsync(db, stoppingToken));
    }

    // Whoever migrates the database while the app runs needs to be told how to sign in, too.
    private async Task WaitUntilReadyAsync(string url, CancellationToken cancel)
    {
        if ((await gate.ReportAsync(cancel)).Ready) return;
        while (!(await gate.ReportAsync(cancel)).Ready) await Task.Delay(TimeSpan.FromSeconds(2), cancel);
        await Console.Out.WriteLineAsync(await TextAsync(url, cancel));
    }

    private async Task<string> TextAsync(string url, CancellationToken cancel)
    {
        var where = database.IsEmbedded ? "a PostgreSQL of its own" : "the configured PostgreSQL";
        var report = await gate.ReportAsync(cancel);
        var next = !report.Ready
            ? $"""
              {report.Problem}
                {(report.Command is null ? "" : $"Mend it with: {report.Command}")}
              """
            : await firstRun.IsOpenAsync(cancel)
                ? $"""
                  First time here? Open {url}/set-up
                    and enter this code to make yourself admin: {firstRun.Code}
                  """
                : $"Sign in at {url}/sign-in";
        return $"""

            CreditsAdmin runs at {url}
              with {where} at {database.Description}.

              {next}

              Stop it with Ctrl+C.

            """;
    }
}
