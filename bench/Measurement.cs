using CreditsAdmin.Bench.Loads;
using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench;

/// <summary>One thing that is measured.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Against">The measurement that it is compared with.</param>
/// <param name="Database">Where it charges.</param>
/// <param name="RunAsync">Charges for about this long.</param>
internal sealed record Measured(string Name, string Against, LoadedDatabase Database, Func<TimeSpan, Task<Load>> RunAsync);

/// <summary>What was measured once.</summary>
/// <param name="PerSecond">Charges a second.</param>
/// <param name="P50">Milliseconds that half of the requests stayed below; null where nobody looked.</param>
/// <param name="P99">Milliseconds that 99 of 100 requests stayed below.</param>
/// <param name="WalBytes">Bytes of write-ahead log for each charge.</param>
/// <param name="AppMicroseconds">Processor time of the app for each charge.</param>
/// <param name="PostgresMicroseconds">Processor time of the database for each charge.</param>
/// <param name="LoadMicroseconds">Processor time of the load generator for each charge.</param>
/// <param name="OtherCores">Cores that something else used meanwhile.</param>
internal sealed record Measurement(
    string Name, int Round, double PerSecond, double? P50, double? P99, double WalBytes, double AppMicroseconds,
    double PostgresMicroseconds, double LoadMicroseconds, double OtherCores);
