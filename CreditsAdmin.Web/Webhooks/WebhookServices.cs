using CreditsAdmin.Web.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>What webhooks need.</summary>
internal static class WebhookServices
{
    /// <summary>Keys in the database: what one instance, or the command line, encrypts, every other one can read.</summary>
    public static IServiceCollection AddDatabaseKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("CreditsAdmin");
        return services.AddSingleton<IConfigureOptions<KeyManagementOptions>, DatabaseKeys>();
    }

    /// <summary>Secrets and settings, for whoever makes endpoints.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(WebhookOptions.From(configuration))
        .AddSingleton<WebhookSecrets>();

    /// <summary>The worker that delivers.</summary>
    public static IServiceCollection AddWebhookWorker(this IServiceCollection services) => services
        .AddSingleton(provider => new WebhookConnection(provider.GetRequiredService<WebhookOptions>().AllowPrivate))
        .AddSingleton<WebhookSender>()
        .AddHostedService<WebhookWorker>();
}
