using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Log lines: JSON for machines, text for people. <c>Logging:Console:FormatterName</c> decides; without it, whoever
/// watches a terminal reads text, and a file or a container's log in production gets JSON.</summary>
internal static class Logs
{
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        var name = builder.Configuration["Logging:Console:FormatterName"]
            ?? (builder.Environment.IsProduction() && Console.IsOutputRedirected
                ? ConsoleFormatterNames.Json
                : ConsoleFormatterNames.Simple);
        builder.Logging.AddConsole(console => console.FormatterName = name);
        builder.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            // The request's id is in the scopes.
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            json.JsonWriterOptions = new JsonWriterOptions { Indented = false };
        });
    }
}
