using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Web.Hosting;

namespace CreditsAdmin.Web.RateLimits;

/// <summary>Writes down every two seconds what this instance refused, and forgets every minute what no longer counts.
/// </summary>
internal sealed class RateLimitWorker(
    RateLimitLeases leases, RateLimitCommands limits, DatabaseGate gate, TimeProvider clock, ILogger<RateLimitWorker> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CleanUpEvery = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(() => leases.RecordRefusalsAsync(cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleanedUp = clock.GetTimestamp();
        while (true)
        {
            await Task.Delay(Every, clock, stoppingToken);
            if (!(await gate.ReportAsync(stoppingToken)).Ready) continue;
            await TryAsync(() => leases.RecordRefusalsAsync(stoppingToken));
            if (clock.GetElapsedTime(cleanedUp) < CleanUpEvery) continue;
            await TryAsync(() => limits.CleanUpAsync(stoppingToken));
            cleanedUp = clock.GetTimestamp();
        }
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log.LogWarning(error, "Rate limits could not be written down or cleaned up; the next attempt follows");
        }
    }
}
