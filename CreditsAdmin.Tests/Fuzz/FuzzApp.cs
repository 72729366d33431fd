using System.Collections.Concurrent;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>The app with nothing that moves by itself, and with its errors caught.</summary>
public sealed class FuzzApp(TestCluster cluster) : CreditsApp(cluster)
{
    // No worker moves anything, nothing is sent to anybody, and nobody is refused for asking often.
    private static readonly (string Name, string Value)[] Quiet =
    [
        ("Worker:Seconds", "0"), ("Webhooks:Seconds", "0"),
        .. new[] { "Key:Reads", "Key:Writes", "User:Reads", "User:Writes", "Address:Reads", "Address:Writes", "Address:SignIn" }
            .Select(limit => ($"RateLimits:{limit}", "off")),
    ];

    private readonly ErrorLog errors = new();

    /// <summary>What it logged as an error.</summary>
    internal IReadOnlyCollection<string> Errors => errors.Lines;

    protected override IHost CreateHost(IHostBuilder builder)
    {
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(
            Quiet.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)));
        builder.ConfigureServices(services => services.AddSingleton<ILoggerProvider>(errors));
        return base.CreateHost(builder);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
