using Npgsql;

namespace CreditsAdmin.Data.RateLimits;

/// <summary>How many requests may come in how long. Each limit counts for itself, for each identifier.</summary>
/// <param name="Type">What is counted, such as <c>user</c>: 1 to 50 characters.</param>
/// <param name="MaxRequests">So many in one window: 1 to 1,000,000,000.</param>
/// <param name="WindowSeconds">The window's length: at least 1.</param>
/// <param name="Algorithm"><c>fixed</c>: windows begin at whole multiples of their length. <c>sliding</c>: the window before
/// weighs on, less and less.</param>
public sealed record RateLimit(string? Type, int? MaxRequests, int? WindowSeconds, string Algorithm = RateLimit.Fixed)
{
    public const string Fixed = "fixed";
    public const string Sliding = "sliding";
}

/// <summary>A limit after somebody asked.</summary>
/// <param name="Taken">So many requests may go on; 0 when it was refused.</param>
/// <param name="CurrentCount">Let through so far, this request among them.</param>
/// <param name="WindowEnd">When the window ends, UTC, by the database's clock.</param>
/// <param name="Remaining">So many more would be let through now.</param>
/// <param name="EndsIn">Until the window ends.</param>
/// <param name="RetryIn">Until a refused request may be let through.</param>
public sealed record RateLimitState(
    int Taken, int CurrentCount, DateTimeOffset WindowEnd, int Remaining, TimeSpan EndsIn, TimeSpan RetryIn)
{
    // How long there is, not until when: the app's clock may differ from the database's.
    internal const string Columns =
        "taken, current_count, window_end, remaining, window_end - clock_timestamp(), retry_at - clock_timestamp()";

    internal static RateLimitState Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt32(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt32(3),
        row.GetTimeSpan(4), row.GetTimeSpan(5));
}

/// <summary>What one identifier was refused in one window.</summary>
public sealed class RateLimitRefusals
{
    public string Identifier { get; init; } = "";

    public string Type { get; init; } = "";

    public int MaxRequests { get; init; }

    public int WindowSeconds { get; init; }

    /// <summary>The limit's algorithm is <c>sliding</c>.</summary>
    public bool Sliding { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public long WindowStart { get; init; }

    /// <summary>Requests that were not let through.</summary>
    public long Refused { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }
}
