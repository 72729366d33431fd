using CreditsAdmin.Data;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Web.Api;
using CreditsAdmin.Web.Auth;
using CreditsAdmin.Web.Components;
using CreditsAdmin.Web.Components.Shared;
using CreditsAdmin.Web.RateLimits;
using CreditsAdmin.Web.Webhooks;
using Radzen;

namespace CreditsAdmin.Web.Hosting;

/// <summary>What the app is made of.</summary>
internal static class WebServices
{
    public static void AddCreditsAdmin(this WebApplicationBuilder builder, Task<RunningDatabase> opening)
    {
        // Without this, assets of packages are found in a published app and in development only.
        builder.WebHost.UseStaticWebAssets();
        if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://localhost:5080");
        builder.AddLogs();
        Telemetry.AddTo(builder);
        builder.Services
            .AddSingleton(_ => opening.GetAwaiter().GetResult())
            .AddSingleton(services => services.GetRequiredService<RunningDatabase>().Logins)
            .AddSingleton<CreditsDatabase>()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<DatabaseCheck>()
            .AddSingleton<DatabaseGate>()
            .AddSingleton(builder.Configuration.GetSection("Jobs").Get<GatherOptions>() ?? new GatherOptions())
            .AddSingleton<LedgerWatch>()
            .AddSingleton<LedgerGuard>()
            .AddSingleton<RateLimitRules>()
            .AddSingleton<RateLimitLeases>()
            .AddKnownProxies(builder.Configuration)
            .AddCrossOrigin(builder.Configuration)
            .AddRequestLimits(builder.Configuration)
            .AddHostedService(services => services.GetRequiredService<LedgerWatch>())
            .AddCreditsData()
            .AddSessions()
            .AddCreditsApi(builder.Configuration)
            .AddHostedService<Welcome>()
            .AddHostedService<CreditsWorker>()
            .AddDatabaseKeys()
            .AddWebhooks(builder.Configuration)
            .AddWebhookWorker()
            .AddHostedService<RateLimitWorker>()
            .AddScoped<WaitingDecisions>()
            .AddRadzenComponents()
            .AddRazorComponents().AddInteractiveServerComponents()
            // The browser hands the rows of a list back when its circuit begins. The default of 32 KB is less than a
            // page of them, and what is over the limit ends the circuit without a word.
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 1024 * 1024);
        builder.Services.Configure<HostOptions>(host =>
        {
            // A welcome that could not be printed is no reason to stop serving.
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
            // Requests that are on their way when the app is told to stop are finished first.
            host.ShutdownTimeout = TimeSpan.FromSeconds(30);
        });
    }

    public static void UseCreditsAdmin(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.Use(SecurityHeaders.AddAsync);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseRouting();
        app.MapStaticAssets().ShortCircuit();
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/v1"), v1 => v1.UseCors().UseRequestTimeouts());
        app.UseMiddleware<DatabaseGate>();
        app.UseMiddleware<LedgerGuard>();
        app.UseAuthentication();
        app.UseMiddleware<RateLimiter>();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapHealth();
        app.MapCreditsApi();
        app.MapBrowserActions();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
