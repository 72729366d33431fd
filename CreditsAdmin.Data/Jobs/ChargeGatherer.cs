using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CreditsAdmin.Data.Jobs;

/// <summary>How charges that come at the same time are written.</summary>
/// <param name="Gather">False: every charge is a transaction of its own.</param>
/// <param name="Shards">How many batches may be on their way at once, each of other accounts: 1 to 16.</param>
/// <param name="QueueLimit">So many charges may wait; whatever comes on top is sent away at once.</param>
public sealed record GatherOptions(bool Gather = true, int Shards = 2, int QueueLimit = 10_000);

/// <summary>Writes charges that come at the same time together: what has queued while the last batch was committed is the
/// next one. There is no timer, so a charge that comes alone goes alone, at once.</summary>
public sealed class ChargeGatherer : IAsyncDisposable
{
    private const int MostAtOnce = 512;
    private const int MostAlone = 8;

    private readonly CreditsDatabase database;
    private readonly Channel<Waiting>[] shards;
    private readonly Task[] writers;

    // Accounts that somebody held for too long a moment ago. Their charges wait by themselves, and few at once, so that
    // no batch waits for them.
    private readonly ConcurrentDictionary<Guid, bool> busy = [];
    private readonly SemaphoreSlim alone = new(MostAlone);

    public ChargeGatherer(CreditsDatabase database, GatherOptions options)
    {
        this.database = database;
        IsOn = options.Gather;
        var count = IsOn ? Math.Clamp(options.Shards, 1, 16) : 0;
        shards = [.. Enumerable.Range(0, count).Select(_ => Channel.CreateBounded<Waiting>(
            new BoundedChannelOptions(Math.Max(options.QueueLimit / count, 1)) { SingleReader = true }))];
        writers = [.. shards.Select(shard => Task.Run(() => WriteAsync(shard.Reader)))];
    }

    /// <summary>Whether charges are gathered at all.</summary>
    public bool IsOn { get; }

    /// <summary>The answer of one charge, whatever it was written with. Too many waiting, or too many for an account that is
    /// busy, is a fault that passes. Who stops waiting leaves the others alone.</summary>
    public async Task<CreditResult<JobOutcome>> ChargeAsync(ChargeRequest request, Caller caller, CancellationToken cancel)
    {
        if (!busy.IsEmpty && busy.ContainsKey(request.UserId)) return await ChargeAloneAsync(request, caller, cancel);
        var waiting = new Waiting(new(request, caller), cancel);
        var shard = shards[(uint)request.UserId.GetHashCode() % (uint)shards.Length];
        if (!shard.Writer.TryWrite(waiting)) throw new TimeoutException("Too many charges are waiting.");
        var answer = await waiting.Task.WaitAsync(cancel);
        return answer.Result ?? throw answer.Fault!;
    }

    /// <summary>Writes what is waiting, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var shard in shards) shard.Writer.TryComplete();
        await Task.WhenAll(writers);
        alone.Dispose();
    }

    private async Task<CreditResult<JobOutcome>> ChargeAloneAsync(
        ChargeRequest request, Caller caller, CancellationToken cancel)
    {
        if (!await alone.WaitAsync(0, cancel)) throw new TimeoutException("Too many charges wait for busy accounts.");
        try
        {
            var result = await ChargeBatch.RunAsync(database.App, request, caller, cancel);
            if (result.Refusal is not { Code: RefusalCode.RequestInProgress }) busy.TryRemove(request.UserId, out _);
            return result;
        }
        finally
        {
            alone.Release();
        }
    }

    private async Task WriteAsync(ChannelReader<Waiting> queue)
    {
        var batch = new List<Waiting>(MostAtOnce);
        while (await queue.WaitToReadAsync())
        {
            while (batch.Count < MostAtOnce && queue.TryRead(out var next))
            {
                if (!next.Left) batch.Add(next);
            }

            if (batch.Count == 0) continue;
            var items = new ChargeItem[batch.Count];
            for (var i = 0; i < items.Length; i++) items[i] = batch[i].Item;
            var answers = await ChargeBatch.RunAsync(database.App, items, CancellationToken.None);
            for (var i = 0; i < answers.Length; i++) Answer(batch[i], answers[i]);
            batch.Clear();
        }
    }

    private void Answer(Waiting waiting, ChargeAnswer answer)
    {
        if (answer.Fault is AccountBusyException or Npgsql.PostgresException { SqlState: "55P03" }
            || answer.Result is { Refusal.Code: RefusalCode.RequestInProgress })
        {
            busy.TryAdd(waiting.Item.Request.UserId, true);
        }

        waiting.TrySetResult(answer);
    }

    // Whoever waits goes on by themselves: the writer has the next batch to write.
    private sealed class Waiting(ChargeItem item, CancellationToken cancel)
        : TaskCompletionSource<ChargeAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ChargeItem Item => item;

        public bool Left => cancel.IsCancellationRequested;
    }
}
