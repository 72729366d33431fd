using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Web.Cli;
using CreditsAdmin.Web.Hosting;

if (CommandLine.IsCommand(args)) return await CommandLine.RunAsync(args);

var builder = WebApplication.CreateBuilder(args);
try
{
    // The database starts while the app is put together: neither waits for the other.
    var opening = Task.Run(() => RunningDatabase.OpenAsync(
        DatabaseSettings.From(builder.Configuration), Console.Error.WriteLine, CancellationToken.None));
    builder.AddCreditsAdmin(opening);
    await using var app = builder.Build();
    app.UseCreditsAdmin();
    await using var database = await opening;
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (
    error is EmbeddedPostgresException or MigrationException or ConnectionStringException or SettingException or IOException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
