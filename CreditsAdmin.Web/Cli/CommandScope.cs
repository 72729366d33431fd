using CreditsAdmin.Data;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Web.Auth;
using CreditsAdmin.Web.Hosting;
using CreditsAdmin.Web.Webhooks;
using Npgsql;

namespace CreditsAdmin.Web.Cli;

/// <summary>What a command works with: the database, shared with a running app, and the same commands and
/// queries.</summary>
internal static class CommandScope
{
    /// <summary>Opens the database, makes sure that it can be worked with, and runs. Faults become one
    /// sentence.</summary>
    public static async Task<int> RunAsync(Func<IServiceProvider, CancellationToken, Task<int>> run, CancellationToken cancel)
    {
        try
        {
            await using var running = await RunningDatabase.OpenAsync(
                DatabaseSettings.From(Configuration()), Console.Error.WriteLine, cancel);
            await using var services = Services(running);
            var report = await services.GetRequiredService<DatabaseCheck>().RunAsync(cancel);
            if (report.Ready) return await run(services, cancel);
            await Console.Error.WriteLineAsync($"{report.Problem} {string.Join(", ", report.Missing)}");
            if (report.Command is not null) await Console.Error.WriteLineAsync($"Mend it with: {report.Command}");
            return CommandLine.Failed;
        }
        catch (Exception error) when (error is EmbeddedPostgresException or MigrationException or NpgsqlException
            or ConnectionStringException or IOException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return CommandLine.Failed;
        }
    }

    /// <summary>Prints why a command was refused and says so in the exit code.</summary>
    public static async Task<int> RefuseAsync(CreditRefusal refusal)
    {
        await Console.Error.WriteLineAsync($"{refusal.Message} ({refusal.SqlState})");
        return CommandLine.Refused;
    }

    /// <summary>appsettings.json beside the app, then the environment.</summary>
    public static IConfiguration Configuration() => new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .Build();

    private static ServiceProvider Services(RunningDatabase running) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(running.Logins)
        .AddSingleton<CreditsDatabase>()
        .AddSingleton<DatabaseCheck>()
        .AddSingleton<FirstRun>()
        .AddDatabaseKeys()
        .AddWebhooks(Configuration())
        .AddCreditsData()
        .BuildServiceProvider();
}
