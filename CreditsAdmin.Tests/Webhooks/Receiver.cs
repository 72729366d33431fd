using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>A message as the other side gets it.</summary>
internal sealed record Message(string Path, Dictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public JsonElement Data => Json.GetProperty("data");

    public string[] Signatures => Headers["webhook-signature"].Split(' ');

    /// <summary>Whether one of the signatures was made with this secret: the specification, followed by hand.</summary>
    public bool IsSignedWith(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var content = Encoding.UTF8.GetBytes($"{Id}.{Headers["webhook-timestamp"]}.").Concat(Body).ToArray();
        return Signatures.Contains("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, content)));
    }
}

/// <summary>Somebody's server: keeps what it gets, and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Message> messages = new();

    private Receiver(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            int count;
            lock (messages)
            {
                messages.Enqueue(new(http.Request.Path, http.Request.Headers.ToDictionary(
                    header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), body.ToArray()));
                count = messages.Count;
            }

            await answer(http, count);
        });
    }

    public string Url => app.Urls.Single() + "/hooks";

    public IReadOnlyList<Message> Messages => [.. messages];

    /// <summary>Answers with these statuses one after the other, and with the last one from then on.</summary>
    public static Task<Receiver> StartAsync(params int[] statuses) => StartAsync((http, count) =>
    {
        http.Response.StatusCode = statuses.Length == 0 ? 200 : statuses[Math.Min(count, statuses.Length) - 1];
        return Task.CompletedTask;
    });

    /// <summary>Answers each message, counted from 1, in a way of its own.</summary>
    public static async Task<Receiver> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var receiver = new Receiver(answer);
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until there are so many messages.</summary>
    public async Task<IReadOnlyList<Message>> UntilAsync(int count)
    {
        await Until.TrueAsync(() => Task.FromResult(messages.Count >= count), () => $"{messages.Count} messages instead of {count}");
        return Messages;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}

internal static class Until
{
    /// <summary>Looks again and again until it is so; fails after 30 seconds.</summary>
    public static async Task TrueAsync(Func<Task<bool>> isSo, Func<string> instead)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            Assert.False(deadline.IsCancellationRequested, instead());
            await Task.Delay(20, Xunit.TestContext.Current.CancellationToken);
        }
    }
}
