namespace CreditsAdmin.Web.Hosting;

/// <summary>Settings that are lists.</summary>
internal static class Settings
{
    /// <summary>A JSON array, or one text with commas or spaces between the values, as environments have it.</summary>
    public static IReadOnlyList<string> List(IConfiguration configuration, string name) =>
    [
        .. (configuration.GetSection(name).Get<string[]>() ?? [configuration[name] ?? ""]).SelectMany(text => text.Split(
            [',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    ];
}
