using System.CommandLine;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Web.Hosting;
using Npgsql;

namespace CreditsAdmin.Web.Cli;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Brings the database up to date. Safe to run again.");
        command.SetAction((_, cancel) => RunAsync(cancel));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            await using var running = await RunningDatabase.OpenAsync(
                DatabaseSettings.From(CommandScope.Configuration()), Console.Error.WriteLine, cancel);
            var applied = await running.MigrateAsync(Console.Error.WriteLine, cancel);
            await Console.Error.WriteLineAsync(applied.Count == 0
                ? $"{running.Description} is up to date."
                : $"{running.Description} is up to date now: {applied.Count} migrations were applied.");
            return CommandLine.Done;
        }
        catch (Exception error) when (error is EmbeddedPostgresException or MigrationException or NpgsqlException
            or ConnectionStringException or IOException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return CommandLine.Failed;
        }
    }
}
