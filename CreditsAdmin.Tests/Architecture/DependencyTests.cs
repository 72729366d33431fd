using System.Text.RegularExpressions;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Architecture;

/// <summary>Who may know whom. Tests → Web → Data → migrations is kept by the projects; the rest is kept here.</summary>
public partial class DependencyTests
{
    [Theory]
    [InlineData("CreditsAdmin.Web/Components", "CreditsAdmin.Web.Api", "CreditsAdmin.Web.Cli")]
    [InlineData("CreditsAdmin.Web/Api", "CreditsAdmin.Web.Components", "CreditsAdmin.Web.Cli")]
    [InlineData("CreditsAdmin.Web/Cli", "CreditsAdmin.Web.Components", "CreditsAdmin.Web.Api")]
    [InlineData("CreditsAdmin.Web/Auth", "CreditsAdmin.Web.Components", "CreditsAdmin.Web.Cli")]
    public void A_folder_does_not_know_these_namespaces(string folder, params string[] strangers)
    {
        var offenders = Repository.Files(".cs", ".razor").Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal))
            .Where(file => strangers.Any(Repository.Read(file).Contains));

        Assert.Empty(offenders);
    }

    [Fact]
    public void No_commands_class_calls_another_one()
    {
        var offenders = Repository.Files("Commands.cs").Where(file => file.StartsWith("CreditsAdmin.Data/", StringComparison.Ordinal))
            .Where(file => CommandsClass().Matches(Repository.Read(file)).Select(match => match.Value).Distinct()
                .Any(name => name != Path.GetFileNameWithoutExtension(file)));

        Assert.Empty(offenders);
    }

    [Fact]
    public void SQL_stays_in_the_data_project()
    {
        var offenders = Repository.Files(".cs", ".razor").Where(file => file.StartsWith("CreditsAdmin.Web/", StringComparison.Ordinal))
            .Where(file => Sql().IsMatch(Repository.Read(file)));

        Assert.Empty(offenders);
    }

    [Fact]
    public void No_interface_has_a_single_implementation_of_ours()
    {
        var offenders = Repository.Files(".cs").Where(file => !file.StartsWith("CreditsAdmin.Tests/", StringComparison.Ordinal))
            .Where(file => Interface().IsMatch(Repository.Read(file)));

        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"\b(?!Npgsql)[A-Z]\w+Commands\b")]
    private static partial Regex CommandsClass();

    [GeneratedRegex(@"""\s*(SELECT|INSERT|UPDATE|DELETE FROM)\s")]
    private static partial Regex Sql();

    [GeneratedRegex(@"^\s*(public|internal)\s+interface\s", RegexOptions.Multiline)]
    private static partial Regex Interface();
}
