using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CreditsAdmin.Data;

/// <summary>What the app tells about its work, for whoever listens. While nobody does, it costs a glance at a
/// field.</summary>
public static class CreditsTelemetry
{
    /// <summary>Of the meter and of the activity source.</summary>
    public const string Name = "CreditsAdmin";

    private static readonly Meter Meter = new(Name);
    private static readonly ActivitySource Activities = new(Name);

    /// <summary>Credits taken for jobs; replays are not counted again, here and below.</summary>
    public static Counter<long> Charged { get; } =
        Meter.CreateCounter<long>("credits.charged", "{credit}", "Credits taken for jobs");

    /// <summary>Credits given back because a job failed or cost less.</summary>
    public static Counter<long> Refunded { get; } =
        Meter.CreateCounter<long>("credits.refunded", "{credit}", "Credits given back for jobs");

    /// <summary>Credits granted, and those of verified payments.</summary>
    public static Counter<long> Granted { get; } =
        Meter.CreateCounter<long>("credits.granted", "{credit}", "Credits granted or bought");

    /// <summary>Requests that the API answered with a problem; the tag <c>code</c> says which.</summary>
    public static Counter<long> Refusals { get; } =
        Meter.CreateCounter<long>("credits.refusals", "{request}", "API requests answered with a problem");

    /// <summary>Requests over a limit; the tag <c>limit</c> says which.</summary>
    public static Counter<long> RateLimited { get; } =
        Meter.CreateCounter<long>("credits.rate_limited", "{request}", "Requests refused by a rate limit");

    private static readonly Histogram<double> ChargeDuration =
        Meter.CreateHistogram<double>("credits.charge.duration", "s", "From a charge's request to its answer");

    /// <summary>Somebody wants to know about charges.</summary>
    internal static bool WatchesCharges => Charged.Enabled || ChargeDuration.Enabled || Activities.HasListeners();

    /// <summary>Tells about one charge.</summary>
    internal static async Task<CreditResult<T>> WatchChargeAsync<T>(Func<Task<CreditResult<T>>> charge, Func<T, long> credits)
        where T : class
    {
        using var activity = Activities.StartActivity("charge");
        var began = Stopwatch.GetTimestamp();
        var result = await charge().CountAsync(Charged, credits);
        var outcome = result.Refusal?.SqlState ?? "charged";
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        ChargeDuration.Record(seconds, new KeyValuePair<string, object?>("outcome", outcome));
        activity?.SetTag("outcome", outcome);
        return result;
    }

    /// <summary>Adds the credits of a command that was carried out.</summary>
    internal static Task<CreditResult<T>> CountAsync<T>(
        this Task<CreditResult<T>> command, Counter<long> counter, Func<T, long> credits)
        where T : class
    {
        return counter.Enabled ? WaitAsync() : command;

        async Task<CreditResult<T>> WaitAsync()
        {
            var result = await command;
            if (result.Done && credits(result.Value) is > 0 and var moved) counter.Add(moved);
            return result;
        }
    }
}
