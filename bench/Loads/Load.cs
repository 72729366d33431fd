namespace CreditsAdmin.Bench.Loads;

/// <summary>What a load generator has seen.</summary>
/// <param name="Charges">Charges that were answered as done.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="Latencies">Milliseconds that each request took; empty where nobody looked.</param>
internal sealed record Load(long Charges, double Seconds, IReadOnlyList<double> Latencies);

/// <summary>Everything that the load generators ask for is alike, whoever is asked.</summary>
internal static class Charge
{
    public const string Operation = "image";

    /// <summary>The same bytes for both contestants.</summary>
    public const string Metadata = """{"prompt": "a lighthouse at dusk", "size": "1024x1024"}""";
}
