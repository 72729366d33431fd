using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Reads from the configuration where the database is.</summary>
internal static class DatabaseSettings
{
    /// <summary><c>ConnectionStrings:Credits</c>, else the embedded server with <c>Embedded:DataPath</c> and
    /// <c>Embedded:ProgramsPath</c>.</summary>
    public static DatabaseOptions From(IConfiguration configuration) => new(
        configuration.GetConnectionString("Credits"),
        new EmbeddedOptions
        {
            DataPath = configuration["Embedded:DataPath"] ?? ".data",
            ProgramsPath = configuration["Embedded:ProgramsPath"],
        });
}
