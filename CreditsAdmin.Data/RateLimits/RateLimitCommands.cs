using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.RateLimits;

/// <summary>Counts requests. One call, one statement: exact, however many instances ask at once.</summary>
public sealed class RateLimitCommands(CreditsDatabase database)
{
    /// <summary>Counts one request, and says whether it may go on. A refused one leaves its trace. Refuses CR013.</summary>
    public Task<CreditResult<RateLimitState>> CheckAsync(string? identifier, RateLimit limit, CancellationToken cancel) =>
        TakeAsync(identifier, limit, wanted: 1, trace: true, cancel);

    /// <summary>Takes up to so many requests at once, at most a twentieth of what is left, to be spent before the window
    /// ends; without a trace when there are none. Refuses CR013.</summary>
    public Task<CreditResult<RateLimitState>> TakeAsync(
        string? identifier, RateLimit limit, int wanted, CancellationToken cancel) =>
        TakeAsync(identifier, limit, wanted, trace: false, cancel);

    /// <summary>Adds what this instance refused by itself in the window that ends then.</summary>
    public Task RecordRefusalsAsync(
        string identifier, RateLimit limit, DateTimeOffset windowEnd, long refused, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT record_rate_limit_refusals($1, $2, $3, $4, $5, $6, $7)", _ => limit, cancel,
            Value(identifier), Value(limit.Type), Parameter(limit.MaxRequests, NpgsqlDbType.Integer),
            Parameter(limit.WindowSeconds, NpgsqlDbType.Integer), Value(limit.Algorithm), Value(windowEnd), Value(refused));

    /// <summary>Forgets counters and refusals that nobody needs any more; how many counters. Any number of instances may do
    /// so at once.</summary>
    public Task<long> CleanUpAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT cleanup_expired_rate_limits()::bigint", cancel);

    private Task<CreditResult<RateLimitState>> TakeAsync(
        string? identifier, RateLimit limit, int wanted, bool trace, CancellationToken cancel) =>
        database.App.CallAsync(
            $"SELECT {RateLimitState.Columns} FROM take_rate_limit($1, $2, $3, $4, $5, $6, $7)", RateLimitState.Read, cancel,
            Value(identifier), Value(limit.Type), Parameter(limit.MaxRequests, NpgsqlDbType.Integer),
            Parameter(limit.WindowSeconds, NpgsqlDbType.Integer), Value(limit.Algorithm),
            Parameter(wanted, NpgsqlDbType.Integer), Parameter(trace, NpgsqlDbType.Boolean));
}
