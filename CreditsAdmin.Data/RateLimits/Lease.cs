namespace CreditsAdmin.Data.RateLimits;

/// <summary>What one instance may let through of one limit for one identifier, without asking: a part of the window's
/// allowance that nobody else has. Times are the clock's timestamps.</summary>
internal sealed class Lease(string identifier, RateLimit limit, TimeProvider clock) : IDisposable
{
    private readonly Lock own = new();
    private long endsAt;
    private long retryAt;
    private long openUntil;
    private int left;
    private int remaining;
    private int spent;
    private int refused;
    private bool told;
    private DateTimeOffset windowEnd;

    public string Identifier => identifier;

    public RateLimit Limit => limit;

    /// <summary>Whoever asks the database for more holds it.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>As much as was spent in this window already, and one at least: an instance that gets few requests holds back
    /// few from the others.</summary>
    public int Wanted
    {
        get
        {
            lock (own) return clock.GetTimestamp() < endsAt ? Math.Max(spent, 1) : 1;
        }
    }

    /// <summary>The answer for one more request; null when only the database knows.</summary>
    /// <param name="toRecord">This refusal is the first one that is not written down yet.</param>
    /// <param name="toTell">It is the window's first one.</param>
    public RateLimitAnswer? TrySpend(out bool toRecord, out bool toTell)
    {
        toRecord = toTell = false;
        lock (own)
        {
            var now = clock.GetTimestamp();
            if (now < endsAt && left > 0)
            {
                left--;
                spent++;
                return new(true, remaining + left, Until(endsAt, now), default);
            }

            if (now < openUntil) return new(true, limit.MaxRequests!.Value, Until(openUntil, now), default);
            if (now >= retryAt) return null;
            (toRecord, toTell, told) = (refused++ == 0, !told, true);
            return new(false, 0, Until(endsAt, now), Until(retryAt, now));
        }
    }

    /// <summary>Takes over what the database answered to a question of that time.</summary>
    public void Fill(RateLimitState state, long asked)
    {
        lock (own)
        {
            // From before the question, so that nothing is spent after the window, however long the answer took.
            var end = asked + Ticks(state.EndsIn);
            if (asked >= endsAt) (spent, told) = (0, false);
            (endsAt, windowEnd) = (end, state.WindowEnd);
            (left, remaining) = (state.Taken, state.Remaining);
            retryAt = state.Taken > 0 ? 0 : asked + Ticks(state.RetryIn);
        }
    }

    /// <summary>Lets everything through for so long.</summary>
    public void Open(TimeSpan time)
    {
        lock (own) openUntil = clock.GetTimestamp() + Ticks(time);
    }

    /// <summary>What was refused since it was asked last, and in the window that ends when.</summary>
    public (int Refused, DateTimeOffset WindowEnd) TakeRefused()
    {
        lock (own)
        {
            var taken = refused;
            refused = 0;
            return (taken, windowEnd);
        }
    }

    public void Dispose() => Turn.Dispose();

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private TimeSpan Until(long timestamp, long now) => clock.GetElapsedTime(now, Math.Max(now, timestamp));
}
