using CreditsAdmin.Data.Ledger;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Seals, adds up and checks the books beside the work: what is new every <c>LedgerWatch:Seconds</c> (default 30, 0
/// is off), everything soon after the start and then every hour. Several instances share the work and its results.</summary>
internal sealed class LedgerWatch(
    LedgerCheckCommands commands, DatabaseGate gate, IConfiguration configuration, ILogger<LedgerWatch> log) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NotReady = TimeSpan.FromSeconds(2);

    private readonly TimeSpan every =
        TimeSpan.FromSeconds(Math.Clamp(configuration.GetValue("LedgerWatch:Seconds", 30), 0, 3600));

    /// <summary>What the last check found, here or in another instance; null before the first one and while it is off.</summary>
    public LedgerHealth? Health { get; private set; }

    /// <summary>The books are wrong, and nothing should move until people have looked. <c>LedgerWatch:Refuse</c> false says
    /// that it may all the same.</summary>
    public bool Refuses => Health is { Unsound: true } && configuration.GetValue("LedgerWatch:Refuse", true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (every == TimeSpan.Zero) return;
        // Not in the way of the first requests.
        await Task.Delay(every < AfterStart ? every : AfterStart, stoppingToken);
        var full = true;
        while (true)
        {
            if (!(await gate.ReportAsync(stoppingToken)).Ready)
            {
                await Task.Delay(NotReady, stoppingToken);
                continue;
            }

            full &= !await TickAsync(full, stoppingToken);
            // Never in step: instances that started together would meet at every tick.
            await Task.Delay(every * (0.9 + (Random.Shared.NextDouble() * 0.2)), stoppingToken);
        }
    }

    // True when it could look. A database that is away now may be there at the next tick.
    private async Task<bool> TickAsync(bool full, CancellationToken cancel)
    {
        try
        {
            await commands.SealAsync(cancel);
            await commands.RollUpAsync(cancel);
            var health = await commands.WatchAsync(every, full, cancel);
            if (health is not null && health.Last.Id != Health?.Last.Id) Tell(health);
            Health = health;
            return true;
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning(error, "The ledger could not be checked");
            return false;
        }
    }

    private void Tell(LedgerHealth health)
    {
        foreach (var broken in health.Last.BrokenInvariants)
        {
            log.LogError("Ledger check: {Invariant} is broken {Violations} times, such as {Example}. {Law}",
                broken.Number, broken.Violations, broken.Example, broken.Law);
        }
    }
}
