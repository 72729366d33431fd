using System.Globalization;

namespace CreditsAdmin.Tests.Model;

/// <summary>Numbers that the environment may give.</summary>
internal static class Settings
{
    public static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}
