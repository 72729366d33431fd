using CreditsAdmin.Web.Api.Contract;

namespace CreditsAdmin.Web.Api;

/// <summary>The JSON API for front ends, under <c>/v1</c>.</summary>
public static class CreditsApi
{
    /// <summary>Adds what the API needs. <c>Supabase:JwtSecret</c> lets users read with their own token.</summary>
    public static IServiceCollection AddCreditsApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddApiAccess(configuration);
        services.AddTransient<IStartupFilter, RequestIds>();
        services.AddSingleton<ApiDocument>();
        return services;
    }

    /// <summary>Maps the API. Comes after every <c>Use…</c>, so that no error page takes the place of its
    /// problems.</summary>
    public static WebApplication MapCreditsApi(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/v1"), v1 => v1.Use(ApiFaults.WatchAsync));
        var routes = app.MapGroup("/v1");
        routes.MapJobs();
        routes.MapBalances();
        routes.MapLedger();
        routes.MapPrices();
        routes.MapEstimates();
        routes.MapUsage();
        routes.MapWebhookEndpoints();
        routes.MapWebhookDeliveries();
        routes.MapRateLimits();
        routes.MapGrants();
        routes.MapReceipts();
        routes.MapMe();
        app.MapProblemPages();
        app.MapContract();
        app.UseInteractiveDocs();
        return app;
    }
}
