using System.Net;
using System.Net.Sockets;
using CreditsAdmin.Data.Webhooks;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.AspNetCore.Hosting;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>An app whose own worker is off: the tests are the workers.</summary>
public sealed class IdleApp(TestCluster cluster) : WebhookApp(cluster)
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Webhooks:Seconds", "0");
    }
}

/// <summary>Several workers, and workers that die.</summary>
public class WorkerTests(IdleApp app) : IClassFixture<IdleApp>, IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private readonly WebhookOutbox outbox = new(app.Database.Credits);

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await app.Database.ExecuteAsync("DELETE FROM credits.webhook_events");
        await app.Database.ExecuteAsync("DELETE FROM credits.webhook_endpoints");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Workers_share_what_is_due_and_nobody_gets_what_another_one_has()
    {
        foreach (var name in new[] { "a", "b", "c" }) await SubscribeAsync(name);
        var user = await app.Database.SignUpAsync();
        for (var payment = 0; payment < 40; payment++)
            await app.Database.ExecuteAsync("SELECT record_receipt($1, 10, 500, $2)", user, $"BMC-{Guid.NewGuid()}");

        var workers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new List<ClaimedDelivery>();
            for (var times = 0; times < 20; times++)
            {
                var claimed = await outbox.ClaimAsync(5, 100, Lease, Cancel);
                mine.AddRange(claimed);
                foreach (var one in claimed) await outbox.FinishAsync(one, Delivered, 5, Cancel);
            }

            return mine;
        })));

        var all = workers.SelectMany(mine => mine).ToList();
        Assert.Equal((120, 120), (all.Count, all.Select(one => one.Id).Distinct().Count()));
        Assert.All(all, one => Assert.Equal(1, one.Attempt));
    }

    [Fact]
    public async Task One_endpoint_does_not_take_the_place_of_the_others()
    {
        foreach (var name in new[] { "slow", "fast" }) await SubscribeAsync(name);
        await PayAsync(10);

        var first = await outbox.ClaimAsync(16, 4, Lease, Cancel);
        var second = await outbox.ClaimAsync(16, 4, Lease, Cancel);
        foreach (var one in first.Where(one => one.Url.EndsWith("fast", StringComparison.Ordinal)))
            await outbox.FinishAsync(one, Delivered, 5, Cancel);
        var third = await outbox.ClaimAsync(16, 4, Lease, Cancel);

        Assert.Equal((8, 0), (first.Count, second.Count));
        Assert.Equal(4, third.Count);
        Assert.All(third, one => Assert.EndsWith("fast", one.Url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_dead_worker_had_is_due_again_and_what_it_says_late_does_no_harm()
    {
        await SubscribeAsync("a");
        await PayAsync(1);
        var lost = Assert.Single(await outbox.ClaimAsync(1, 1, Lease, Cancel));
        Assert.Empty(await outbox.ClaimAsync(1, 1, Lease, Cancel));
        await app.Database.ExecuteAsync("UPDATE credits.webhook_deliveries SET next_attempt_at = now()");

        var again = Assert.Single(await outbox.ClaimAsync(1, 1, Lease, Cancel));
        await outbox.FinishAsync(lost, new(false, 500, "late", TimeSpan.Zero, null, Gone: true), 5, Cancel);
        var meanwhile = await StateAsync();
        await outbox.FinishAsync(again, Delivered, 5, Cancel);

        Assert.Equal((lost.Id, lost.EventId, 2, 0, 1), (again.Id, again.EventId, again.Attempt, lost.Retries, again.Retries));
        Assert.Equal(("pending", true), meanwhile);
        Assert.Equal(("delivered", true), await StateAsync());
    }

    [Fact]
    public async Task A_worker_that_is_killed_while_it_sends_loses_nothing()
    {
        var answers = new TaskCompletionSource();
        await using var receiver = await Receiver.StartAsync(
            (http, count) => count == 1 ? answers.Task.WaitAsync(http.RequestAborted) : Task.CompletedTask);
        var secret = await AddAsync(receiver.Url);
        (string, string)[] settings =
            [("Webhooks__AllowPrivate", "true"), ("Webhooks__TimeoutSeconds", "20"), ("Webhooks__Seconds", "0.1")];
        await using (var first = await AppProcess.ServeOverAsync(app.Database.OwnerConnectionString, FreePort(), settings))
        {
            await PayAsync(1);
            await receiver.UntilAsync(1);
            await first.KillAsync();
        }

        Assert.Equal(("pending", true), await StateAsync());
        await app.Database.ExecuteAsync("UPDATE credits.webhook_deliveries SET next_attempt_at = now()");
        await using var second = await AppProcess.ServeOverAsync(app.Database.OwnerConnectionString, FreePort(), settings);
        var messages = await receiver.UntilAsync(2);

        Assert.Equal(messages[0].Id, messages[1].Id);
        Assert.All(messages, message => Assert.True(message.IsSignedWith(secret)));
        await Until.TrueAsync(async () => await StateAsync() == ("delivered", true), () => "It was not delivered");
        Assert.DoesNotContain(secret, second.Output, StringComparison.Ordinal);
        Assert.Equal(1L, await app.Database.ScalarAsync<long>("SELECT count(*) FROM credits.webhook_attempts WHERE finished_at IS NULL"));
    }

    [Fact]
    public async Task Old_events_are_forgotten_with_their_log_and_removed_endpoints_after_them()
    {
        await SubscribeAsync("a");
        await PayAsync(2);
        await app.Database.ExecuteAsync("UPDATE credits.webhook_events SET created_at = now() - interval '31 days' "
            + "WHERE id = (SELECT min(id::text)::uuid FROM credits.webhook_events)");

        Assert.Equal((1, 0), (await outbox.ForgetAsync(100, Cancel), await outbox.ForgetAsync(100, Cancel)));
        await app.Database.ExecuteAsync("SELECT remove_webhook_endpoint(id) FROM credits.webhook_endpoints");
        await app.Database.ExecuteAsync("UPDATE credits.webhook_endpoints SET removed_at = now() - interval '2 days'");
        Assert.Equal((1L, 1L), (await CountAsync("webhook_deliveries"), await CountAsync("webhook_endpoints")));
        await app.Database.ExecuteAsync("UPDATE credits.webhook_events SET created_at = now() - interval '31 days'");
        await outbox.ForgetAsync(100, Cancel);
        Assert.Equal((0L, 0L), (await CountAsync("webhook_deliveries"), await CountAsync("webhook_endpoints")));
    }

    private static AttemptResult Delivered => new(true, 200, null, TimeSpan.FromMilliseconds(1), null, Gone: false);

    private Task<int> SubscribeAsync(string name) => app.Database.ExecuteAsync(
        "SELECT create_webhook_endpoint($1, '{receipt.verified}', decode(repeat('00', 32), 'hex'))", $"https://example.com/{name}");

    private async Task PayAsync(int times)
    {
        var user = await app.Database.SignUpAsync();
        for (var payment = 0; payment < times; payment++)
            await app.Database.ExecuteAsync("SELECT record_receipt($1, 10, 500, $2)", user, $"BMC-{Guid.NewGuid()}");
    }

    private async Task<string> AddAsync(string url)
    {
        using var api = await app.ApiClientAsync("webhooks:write");
        return (await Api.ApiCalls.PostAsync(api, "/v1/webhook_endpoints", new { url, events = WebhookEndpoint.KnownEvents }))["secret"]!;
    }

    private async Task<(string Status, bool Enabled)> StateAsync()
    {
        var row = await app.Database.RowAsync("SELECT d.status, e.enabled FROM credits.webhook_deliveries d "
            + "JOIN credits.webhook_endpoints e ON e.id = d.endpoint_id");
        return (row.GetProperty("status").GetString()!, row.GetProperty("enabled").GetBoolean());
    }

    private Task<long> CountAsync(string table) => app.Database.ScalarAsync<long>($"SELECT count(*) FROM credits.{table}");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
