using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Pricing;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Settings;
using CreditsAdmin.Data.Staff;
using CreditsAdmin.Data.Usage;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Data.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditsAdmin.Data;

/// <summary>What the other projects take from this one.</summary>
public static class DataServices
{
    /// <summary>Adds the commands of every noun. <see cref="CreditsDatabase"/> must be registered too, and
    /// <see cref="GatherOptions"/> may be.</summary>
    public static IServiceCollection AddCreditsData(this IServiceCollection services)
    {
        services.TryAddSingleton(new GatherOptions(Gather: false));
        return services
            .AddSingleton<AdjustmentCommands>()
            .AddSingleton<ApiKeyCommands>()
            .AddSingleton<ChargeGatherer>()
            .AddSingleton<JobCommands>()
            .AddSingleton<LedgerCheckCommands>()
            .AddSingleton<LedgerCommands>()
            .AddSingleton<PriceCommands>()
            .AddSingleton<PriceEstimates>()
            .AddSingleton<RateLimitCommands>()
            .AddSingleton<ReceiptCommands>()
            .AddSingleton<SettingsCommands>()
            .AddSingleton<StaffCommands>()
            .AddSingleton<UsageCommands>()
            .AddSingleton<UserCommands>()
            .AddSingleton<WebhookCommands>()
            .AddSingleton<WebhookOutbox>();
    }
}
