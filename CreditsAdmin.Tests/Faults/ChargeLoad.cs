using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace CreditsAdmin.Tests.Faults;

/// <summary>Clients that each want one charge after another. What has no answer or a 503 is sent again, with the same
/// key, after a moment that is chance.</summary>
internal sealed class ChargeLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly HttpClient client;
    private readonly IReadOnlyList<Guid> users;
    private readonly CancellationTokenSource stopping = new();
    private readonly int seed;
    private Task working = Task.CompletedTask;
    private long wishes;
    private int answered;
    private int retries;
    private int cuts;
    private int unsent;
    private int turnedAway;
    private int late;

    public ChargeLoad(string url, string apiKey, IReadOnlyList<Guid> users, int seed)
    {
        client = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        (this.users, this.seed) = (users, seed);
    }

    /// <summary>The mistake that clients must not make: a new key each time they try again.</summary>
    public bool FreshKeys { get; init; }

    /// <summary>Each wish that was answered with 201, and the job that the answer named.</summary>
    public ConcurrentDictionary<long, string> Acknowledged { get; } = new();

    /// <summary>Answers that no client should ever see, and wishes that were given up.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Retries => retries;

    /// <summary>Requests that found nobody to take them.</summary>
    public int Unsent => unsent;

    /// <summary>Requests that were sent and ended without an answer.</summary>
    public int Cuts => cuts;

    /// <summary>Wishes that an earlier request had fulfilled without an answer that said so.</summary>
    public int Late => late;

    /// <summary>Requests that were answered with 503.</summary>
    public int TurnedAway => turnedAway;

    /// <summary>Begins to charge with so many clients at once.</summary>
    public void Start(int clients) => working = Task.WhenAll(Enumerable.Range(0, clients).Select(WorkAsync));

    /// <summary>Ends when every wish begun has an answer, or was given up.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await working;
    }

    /// <summary>Waits until so many more charges were acknowledged; returns how long it took.</summary>
    public async Task<TimeSpan> MoreAsync(int charges, TimeSpan most)
    {
        var (waited, wanted) = (Stopwatch.StartNew(), Volatile.Read(ref answered) + charges);
        while (Volatile.Read(ref answered) < wanted)
        {
            Assert.True(waited.Elapsed < most, $"Not {charges} more charges within {most}. {string.Join('\n', Wrong.Take(3))}");
            await Task.Delay(5);
        }

        return waited.Elapsed;
    }

    public void Dispose()
    {
        client.Dispose();
        stopping.Dispose();
    }

    private async Task WorkAsync(int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        while (!stopping.IsCancellationRequested) await WishAsync(random);
    }

    private async Task WishAsync(Random random)
    {
        var wish = Interlocked.Increment(ref wishes);
        var user = users[random.Next(users.Count)];
        var key = $"wish-{seed}-{wish}";
        for (var (waited, tries) = (Stopwatch.StartNew(), 0); waited.Elapsed < Patience; tries++)
        {
            if (tries > 0)
            {
                Interlocked.Increment(ref retries);
                if (FreshKeys) key = $"wish-{seed}-{wish}-{tries}";
                await Task.Delay(random.Next(10, 150));
            }

            if (await AskAsync(user, wish, key) is not { } done) continue;
            var job = Acknowledged[wish] = done.Job;
            if (done.Replayed) Interlocked.Increment(ref late);
            Interlocked.Increment(ref answered);
            if (random.Next(20) == 0 && await ChargeAsync(user, wish, key) is { } again && again != job)
            {
                Wrong.Enqueue($"{key} was job {job} and then {again}");
            }

            return;
        }

        Wrong.Enqueue($"{key} had no answer for {Patience}");
    }

    /// <summary>Asks once. The job's id, or null when there was no answer, or none that says what happened.</summary>
    public async Task<string?> ChargeAsync(Guid user, long wish, string key) => (await AskAsync(user, wish, key))?.Job;

    private async Task<(string Job, bool Replayed)?> AskAsync(Guid user, long wish, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs")
        {
            Content = JsonContent.Create(new { user, operation = "image", cost = 1, metadata = new { wish } }),
        };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode == 201)
            {
                var job = JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
                return (job, response.Headers.Contains("Idempotent-Replayed"));
            }

            if ((int)response.StatusCode == 503 && response.Headers.RetryAfter is not null) Interlocked.Increment(ref turnedAway);
            else Wrong.Enqueue($"{(int)response.StatusCode} {text}");
        }
        catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException)
        {
            if (cut is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }) Interlocked.Increment(ref unsent);
            else Interlocked.Increment(ref cuts);
        }

        return null;
    }
}
