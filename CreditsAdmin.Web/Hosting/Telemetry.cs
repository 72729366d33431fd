using CreditsAdmin.Data;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Sends metrics and traces to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names; the other settings of
/// OpenTelemetry (protocol, headers, intervals, sampling) are read from the environment under their own names. Without that
/// setting nothing of it exists, and nobody listens.</summary>
internal sealed class Telemetry : IHostedService, IDisposable
{
    private const string Setting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceNameSetting = "OTEL_SERVICE_NAME";

    private TracerProvider? traces;
    private MeterProvider? metrics;

    /// <summary>Adds it when a collector is configured.</summary>
    public static void AddTo(WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[Setting])) return;
        builder.Services.AddHostedService<Telemetry>().AddTransient<IStartupFilter, RequestTraces>();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateDefault();
        if (Environment.GetEnvironmentVariable(ServiceNameSetting) is null) resource.AddService(CreditsTelemetry.Name);
        traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(CreditsTelemetry.Name, "Microsoft.AspNetCore", "Npgsql")
            .AddOtlpExporter()
            .Build();
        metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(
                CreditsTelemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
                "Microsoft.AspNetCore.Components.Server.Circuits", "Npgsql", "System.Runtime")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        traces?.Shutdown();
        metrics?.Shutdown();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        traces?.Dispose();
        metrics?.Dispose();
    }
}
