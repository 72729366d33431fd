using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CreditsAdmin.Data.RateLimits;

/// <summary>Whether a request may go on.</summary>
/// <param name="Allowed">It may.</param>
/// <param name="Remaining">About so many more may come: other instances let some through, too.</param>
/// <param name="EndsIn">Until the window ends.</param>
/// <param name="RetryIn">Until a refused request may be let through.</param>
public readonly record struct RateLimitAnswer(bool Allowed, int Remaining, TimeSpan EndsIn, TimeSpan RetryIn);

/// <summary>Limits of many instances, nearly for nothing: each takes a part of the window's allowance from the database and
/// spends it in memory. All together never let more through than the limit; what an instance took and does not spend is
/// lost to the others for that window, and that is never more than it spent in it itself, nor than a twentieth of what was
/// left. When the database does not answer, requests go on: whatever they want to do needs the same database.</summary>
public sealed class RateLimitLeases(
    RateLimitCommands commands, TimeProvider clock, ILogger<RateLimitLeases> log, int mostLeases = RateLimitLeases.MostLeases)
    : IDisposable
{
    /// <summary>So many limits and identifiers are kept in memory; some 400 bytes each.</summary>
    public const int MostLeases = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(1);

    // Two generations: when the young one is full it becomes the old one, and what nobody used since is forgotten.
    private readonly ConcurrentQueue<Lease> refusing = [];
    private readonly Lock turning = new();
    private ConcurrentDictionary<(RateLimit, string), Lease> young = [];
    private ConcurrentDictionary<(RateLimit, string), Lease> old = [];
    private int count;

    /// <summary>How many are kept now.</summary>
    internal int Kept => young.Count + old.Count;

    /// <summary>Counts one request of this identifier.</summary>
    public ValueTask<RateLimitAnswer> SpendAsync(RateLimit limit, string identifier, CancellationToken cancel)
    {
        var lease = Find(limit, identifier);
        return TrySpend(lease) is { } answer ? new(answer) : new(RefillAsync(lease, cancel));
    }

    /// <summary>Writes down what was refused since the last call.</summary>
    public async Task RecordRefusalsAsync(CancellationToken cancel)
    {
        while (refusing.TryDequeue(out var lease))
        {
            var (refused, windowEnd) = lease.TakeRefused();
            await commands.RecordRefusalsAsync(lease.Identifier, lease.Limit, windowEnd, refused, cancel);
        }
    }

    /// <summary>What is still leased is lost to its window.</summary>
    public void Dispose()
    {
        foreach (var lease in young.Values.Concat(old.Values)) lease.Dispose();
    }

    private async Task<RateLimitAnswer> RefillAsync(Lease lease, CancellationToken cancel)
    {
        await lease.Turn.WaitAsync(cancel);
        try
        {
            while (true)
            {
                // Whoever waited finds what somebody else has taken.
                if (TrySpend(lease) is { } answer) return answer;
                await AskAsync(lease);
            }
        }
        finally
        {
            lease.Turn.Release();
        }
    }

    private async Task AskAsync(Lease lease)
    {
        var asked = clock.GetTimestamp();
        // Not the request's own token: what was taken for one that hangs up serves the next one.
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var taken = await commands.TakeAsync(lease.Identifier, lease.Limit, lease.Wanted, patience.Token);
            lease.Fill(taken.Value ?? throw new InvalidOperationException(taken.Refusal!.Message), asked);
        }
        catch (Exception error) when (
            error is NpgsqlException || DatabaseFaults.IsPassing(error) || patience.IsCancellationRequested)
        {
            lease.Open(OpenFor);
            log.LogWarning("The limit {Type} could not be counted and lets everything through: {Reason}",
                lease.Limit.Type, error.GetBaseException().Message);
        }
    }

    private RateLimitAnswer? TrySpend(Lease lease)
    {
        var answer = lease.TrySpend(out var toRecord, out var toTell);
        if (answer is { Allowed: false }) Meter(lease);
        if (toRecord) refusing.Enqueue(lease);
        if (toTell)
        {
            log.LogWarning("{Type} {Identifier} has had {MaxRequests} requests in {WindowSeconds} s and is refused more",
                lease.Limit.Type, lease.Identifier, lease.Limit.MaxRequests, lease.Limit.WindowSeconds);
        }

        return answer;
    }

    private static void Meter(Lease lease) =>
        CreditsTelemetry.RateLimited.Add(1, new KeyValuePair<string, object?>("limit", lease.Limit.Type));

    private Lease Find(RateLimit limit, string identifier)
    {
        var key = (limit, identifier);
        if (young.TryGetValue(key, out var lease)) return lease;
        old.TryGetValue(key, out var known);
        lease = young.GetOrAdd(key, known ?? new Lease(identifier, limit, clock));
        if (Interlocked.Increment(ref count) >= mostLeases / 2) Turn();
        return lease;
    }

    private void Turn()
    {
        lock (turning)
        {
            if (count < mostLeases / 2) return;
            (old, young) = (young, []);
            count = 0;
        }
    }
}
