using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Usage;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Posts what time brings: grants that begin or expire, jobs that nobody finished, requests that nobody decided, usage
/// that can be paid by now. Every instance runs one; they share the work. <c>Worker:Seconds</c> says how often (default 5, 0 for
/// never): charges are exact without it.</summary>
internal sealed class CreditsWorker(
    LedgerCommands ledger, JobCommands jobs, AdjustmentCommands adjustments, UsageCommands usage, LedgerWatch watch,
    DatabaseGate gate, IConfiguration configuration, TimeProvider clock, ILogger<CreditsWorker> log) : BackgroundService
{
    private static readonly TimeSpan ForgetKeysEvery = TimeSpan.FromHours(1);

    private const int RequestsAtOnce = 100;

    private DateTimeOffset keysForgotten;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seconds = configuration.GetValue("Worker:Seconds", 5.0);
        while (seconds > 0)
        {
            // Instances that were started together must not stay in step.
            var pause = seconds * (0.75 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(TimeSpan.FromSeconds(pause), clock, stoppingToken);
            try
            {
                if ((await gate.ReportAsync(stoppingToken)).Ready) await RunAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(error, "Grants and jobs that are due could not be posted; the next attempt follows");
            }
        }
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        while (await ledger.PostDueLotsAsync(cancel) > 0) cancel.ThrowIfCancellationRequested();
        while (await jobs.ExpireAsync(cancel) > 0) cancel.ThrowIfCancellationRequested();
        while (await adjustments.ExpireAsync(RequestsAtOnce, cancel) > 0) cancel.ThrowIfCancellationRequested();
        // What is owed can wait until the books are in order.
        while (!watch.Refuses && await usage.ChargeArrearsAsync(cancel) > 0) cancel.ThrowIfCancellationRequested();
        while (await usage.RollUpAsync(cancel) > 0) cancel.ThrowIfCancellationRequested();
        if (clock.GetUtcNow() - keysForgotten < ForgetKeysEvery) return;
        await jobs.ForgetKeysAsync(cancel);
        keysForgotten = clock.GetUtcNow();
    }
}
