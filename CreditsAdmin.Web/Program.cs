using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Web.Cli;
using CreditsAdmin.Web.Hosting;

if (CommandLine.IsCommand(args)) return await CommandLine.RunAsync(args);

var builder = WebApplication.CreateBuilder(args);
try
{
    await using var database = await RunningDatabase.OpenAsync(
        DatabaseSettings.From(builder.Configuration), Console.Error.WriteLine, CancellationToken.None);
    builder.AddCreditsAdmin(database);
    await using var app = builder.Build();
    app.UseCreditsAdmin();
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (error is EmbeddedPostgresException or MigrationException or IOException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
