using CreditsAdmin.Data.Webhooks;
using CreditsAdmin.Web.Hosting;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>Sends what is due, tells of grants that expire soon, and forgets what is old. Every instance runs one; they share
/// the work. One that is killed loses nothing: what it had claimed is due again after a while.</summary>
internal sealed class WebhookWorker(
    WebhookOutbox outbox, WebhookSender sender, WebhookOptions options, DatabaseGate gate, TimeProvider clock,
    ILogger<WebhookWorker> log) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan HouseworkEvery = TimeSpan.FromMinutes(1);

    private readonly HashSet<Task> running = [];
    private DateTimeOffset houseworkDone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Seconds <= 0) return;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TickAsync(stoppingToken);
                // What is over makes room for more; instances that were started together must not stay in step.
                var pause = TimeSpan.FromSeconds(options.Seconds * (0.75 + (Random.Shared.NextDouble() / 2)));
                await Task.WhenAny([.. running, Task.Delay(pause, clock, stoppingToken)]);
            }
        }
        finally
        {
            // What is on its way is sent, and written down, before the app ends.
            await Task.WhenAll(running);
        }
    }

    private async Task TickAsync(CancellationToken cancel)
    {
        try
        {
            running.RemoveWhere(attempt => attempt.IsCompleted);
            if (!(await gate.ReportAsync(cancel)).Ready) return;
            await DoHouseworkAsync(cancel);
            var room = options.Parallel - running.Count;
            if (room <= 0) return;
            foreach (var delivery in await outbox.ClaimAsync(room, options.ParallelEach, options.Lease, cancel))
            {
                running.Add(DeliverAsync(delivery));
            }
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning(error, "Webhooks that are due could not be looked for; the next attempt follows");
        }
    }

    private async Task DeliverAsync(ClaimedDelivery delivery)
    {
        var result = await sender.SendAsync(delivery);
        // Without the address: it may carry a password of theirs.
        log.LogInformation("Webhook delivery {Delivery}, attempt {Attempt}: {Status} {Error}",
            delivery.Id, delivery.Attempt, result.StatusCode, result.Error ?? "delivered");
        try
        {
            await outbox.FinishAsync(delivery, result, options.FailingDays, CancellationToken.None);
        }
        catch (Exception error)
        {
            log.LogWarning(error, "What became of delivery {Delivery} could not be written down; it is sent again", delivery.Id);
        }
    }

    private async Task DoHouseworkAsync(CancellationToken cancel)
    {
        if (clock.GetUtcNow() - houseworkDone < HouseworkEvery) return;
        houseworkDone = clock.GetUtcNow();
        while (await outbox.TellExpiringGrantsAsync(AtOnce, cancel) == AtOnce) cancel.ThrowIfCancellationRequested();
        while (await outbox.ForgetAsync(AtOnce, cancel) == AtOnce) cancel.ThrowIfCancellationRequested();
    }
}
