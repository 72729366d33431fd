using Polly;
using Polly.Retry;

namespace CreditsAdmin.Data;

/// <summary>How often a call is tried before its fault is told: three times in all, some 50 and 100 ms apart.</summary>
internal static class Tries
{
    /// <summary>For every call: again only after the database took it back, as after a deadlock.</summary>
    public static ResiliencePipeline OfAnyCall { get; } = Pipeline(DatabaseFaults.IsRolledBack);

    /// <summary>For calls that do the same thing once however often they are sent: also after a broken connection, when
    /// it is not known whether the call was carried out.</summary>
    public static ResiliencePipeline OfRepeatableCall { get; } =
        Pipeline(error => DatabaseFaults.IsRolledBack(error) || DatabaseFaults.IsCut(error));

    private static ResiliencePipeline Pipeline(Func<Exception, bool> passes) => new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(50),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle(passes),
        })
        .Build();
}
