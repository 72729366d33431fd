namespace CreditsAdmin.Web.Webhooks;

/// <summary>How events are delivered: <c>Webhooks:…</c> of the configuration.</summary>
internal sealed record WebhookOptions
{
    private static readonly double[] DefaultBackoff =
        [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

    /// <summary>Also http, and addresses of this machine and of private networks. For development and inside one's own
    /// walls.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>How often to look for what is due; 0 means never.</summary>
    public double Seconds { get; init; } = 1;

    /// <summary>Attempts at the same time in this process.</summary>
    public int Parallel { get; init; } = 16;

    /// <summary>Of them to one endpoint.</summary>
    public int ParallelEach { get; init; } = 4;

    /// <summary>So long an endpoint has to answer.</summary>
    public double TimeoutSeconds { get; init; } = 15;

    /// <summary>After so long an attempt whose end nobody has told is taken for lost, and made again.</summary>
    public double LeaseSeconds { get; init; } = 60;

    /// <summary>Seconds between a failure and the next attempt; after the last of them a delivery has failed.</summary>
    public double[]? Backoff { get; init; }

    /// <summary>An endpoint that has done nothing but fail for so many days is switched off.</summary>
    public int FailingDays { get; init; } = 5;

    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>Never shorter than an attempt may take: it would be made twice.</summary>
    public TimeSpan Lease => TimeSpan.FromSeconds(Math.Max(LeaseSeconds, TimeoutSeconds * 2));

    /// <summary>The pause after so many earlier failures, a fifth more or less so that what failed together does not come back
    /// together; null when it was the last attempt.</summary>
    public TimeSpan? PauseAfter(int retries)
    {
        var backoff = Backoff ?? DefaultBackoff;
        return retries < backoff.Length
            ? TimeSpan.FromSeconds(backoff[retries] * (0.8 + (Random.Shared.NextDouble() * 0.4)))
            : null;
    }

    public static WebhookOptions From(IConfiguration configuration) =>
        configuration.GetSection("Webhooks").Get<WebhookOptions>() ?? new();
}
