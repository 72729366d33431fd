using System.Collections.Concurrent;
using System.Text;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditsAdmin.Tests.Operation;

/// <summary>Metrics and traces as a collector receives them: OTLP over HTTP.</summary>
public class TelemetryTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task A_collector_receives_what_the_app_counts_and_traces()
    {
        await using var collector = await Collector.StartAsync();
        var port = Ports.Free();
        await using var app = await AppProcess.ServeOverAsync(Database.OwnerConnectionString, port,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "300"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("LedgerWatch__Seconds", "0"));
        var key = (await new ApiKeyCommands(Database.Credits).CreateAsync(
            "test", ApiKey.KnownScopes.ToList(), Caller.CommandLine, Cancel)).Value!.Key;
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var user = await Database.SignUpAsync();

        var job = await client.ChargeAsync(user, cost: 3);
        Assert.Equal(201, job.Status);
        Assert.Equal(200, (await client.PostAsync($"/v1/jobs/{job["id"]}/fail")).Status);
        Assert.Equal(402, (await client.ChargeAsync(user, cost: 1000)).Status);

        await collector.WaitForAsync("/v1/metrics", "credits.charged", "credits.refunded", "credits.refusals",
            "insufficient_credits", "credits.charge.duration", "http.server.request.duration", "CreditsAdmin");
        await collector.WaitForAsync("/v1/traces", "charge", "POST /v1/jobs", "http.route", "service.name", "CreditsAdmin");
        // What is still unsent when the app stops is sent then.
        Assert.Equal(0, await app.StopAsync());
        Assert.DoesNotContain(collector.Received, one => one.Text.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_sent_and_nobody_listens()
    {
        var port = Ports.Free();
        await using var app = await AppProcess.ServeOverAsync(
            Database.OwnerConnectionString, port, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("LedgerWatch__Seconds", "0"));
        Assert.DoesNotContain("OpenTelemetry", LoadedBy(app.Id), StringComparison.Ordinal);
    }

    // The files that the process has mapped: an assembly that was never needed is not among them.
    private static string LoadedBy(int process) => File.ReadAllText($"/proc/{process}/maps");

    /// <summary>Keeps what it is sent; names and values stand as text in the bytes.</summary>
    private sealed class Collector(WebApplication web) : IAsyncDisposable
    {
        public ConcurrentQueue<(string Path, string Text)> Received { get; } = [];

        public string Url => web.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var web = builder.Build();
            var collector = new Collector(web);
            web.Run(async http =>
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body, Cancel);
                collector.Received.Enqueue((http.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray())));
                http.Response.ContentType = "application/x-protobuf";
            });
            await web.StartAsync(Cancel);
            return collector;
        }

        public async Task WaitForAsync(string path, params string[] words)
        {
            var deadline = DateTimeOffset.UtcNow.AddSeconds(30);
            while (true)
            {
                var missing = words.Where(word => !Received.Any(
                    one => one.Path == path && one.Text.Contains(word, StringComparison.Ordinal))).ToList();
                if (missing.Count == 0) return;
                Assert.True(DateTimeOffset.UtcNow < deadline, $"{path} has not told {string.Join(", ", missing)}.");
                await Task.Delay(50, Cancel);
            }
        }

        public async ValueTask DisposeAsync() => await web.DisposeAsync();
    }
}
