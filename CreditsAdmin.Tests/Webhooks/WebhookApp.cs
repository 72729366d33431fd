using System.Text.Json;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.AspNetCore.Hosting;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>An app that sends at once, also to this machine, and tries again three times within a second.</summary>
public class WebhookApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (name, value) in new[]
        {
            ("AllowPrivate", "true"), ("Seconds", "0.05"), ("TimeoutSeconds", "1"), ("LeaseSeconds", "2"),
            ("Backoff:0", "0.1"), ("Backoff:1", "0.1"), ("Backoff:2", "0.1"),
        })
        {
            builder.UseSetting($"Webhooks:{name}", value);
        }
    }
}

/// <summary>Tests of what an app sends. Every test has receivers of its own.</summary>
public abstract class WebhookTest(WebhookApp app) : IClassFixture<WebhookApp>
{
    private static readonly string[] Payments = ["receipt.verified"];

    protected WebhookApp App { get; } = app;

    protected static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    internal Task<HttpClient> ApiAsync() => App.ApiClientAsync("webhooks:write");

    /// <summary>Registers the receiver; returns the endpoint's id and secret.</summary>
    internal Task<(string Id, string Secret)> AddAsync(Receiver receiver) => AddAsync(receiver.Url);

    internal async Task<(string Id, string Secret)> AddAsync(string url)
    {
        using var api = await ApiAsync();
        var made = await api.PostAsync("/v1/webhook_endpoints",
            new { url, events = Payments });
        Assert.Equal(201, made.Status);
        return (made["id"]!, made["secret"]!);
    }

    /// <summary>Something happens: a payment is recorded. Returns the user.</summary>
    internal async Task<Guid> PayAsync()
    {
        var user = await App.Database.SignUpAsync();
        await App.Database.ExecuteAsync("SELECT record_receipt($1, 10, 500, $2)", user, $"BMC-{user}");
        return user;
    }

    /// <summary>Waits until the one delivery to this endpoint has this status, and returns it with its attempts.</summary>
    internal async Task<JsonElement> UntilAsync(string endpoint, string status)
    {
        using var api = await ApiAsync();
        JsonElement last = default;
        await Until.TrueAsync(async () =>
        {
            var list = (await api.ReadAsync($"/v1/webhook_deliveries?endpoint={endpoint}")).Json.GetProperty("data");
            last = list;
            return list.GetArrayLength() > 0 && list[0].GetProperty("status").GetString() == status;
        }, () => $"{last} instead of {status}");
        return (await api.ReadAsync($"/v1/webhook_deliveries/{last[0].GetProperty("id").GetString()}")).Json;
    }

    internal async Task<Answer> EndpointAsync(string id)
    {
        using var api = await ApiAsync();
        return await api.ReadAsync($"/v1/webhook_endpoints/{id}");
    }
}
