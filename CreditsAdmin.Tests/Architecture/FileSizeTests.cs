using System.Text.RegularExpressions;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Architecture;

/// <summary>A file is read in one sitting. What grows beyond that is split by meaning.</summary>
public partial class FileSizeTests
{
    [Theory]
    [InlineData("CreditsAdmin.Web/Program.cs", 40)]
    [InlineData("CreditsAdmin.Web/Components/Pages/*.razor", 120)]
    [InlineData("CreditsAdmin.Web/Components/Account/*.razor", 120)]
    [InlineData("CreditsAdmin.Web/Components/Shared/*.razor", 60)]
    [InlineData("CreditsAdmin.Web/*.cs", 150)]
    [InlineData("CreditsAdmin.Data/*.cs", 150)]
    [InlineData("CreditsAdmin.Tests/*.cs", 250)]
    [InlineData("bench/*.cs", 150)]
    [InlineData("migrations/*.sql", 120)]
    public void Files_are_no_longer_than_this(string place, int most)
    {
        var (folder, ending) = place.Split('*') is [var start, var end] ? (start, end) : (place, "");

        var offenders = Repository.Files(".cs", ".razor", ".sql")
            .Where(file => file.StartsWith(folder, StringComparison.Ordinal) && file.EndsWith(ending, StringComparison.Ordinal))
            .Select(file => (file, Lines: File.ReadLines(Path.Combine(Repository.Root, file)).Count()))
            .Where(file => file.Lines > most);

        Assert.Empty(offenders);
    }

    [Fact]
    public void Functions_in_SQL_have_at_most_80_lines()
    {
        var offenders = Repository.Files(".sql").Where(file => file.StartsWith("migrations/", StringComparison.Ordinal))
            .SelectMany(file => Function().Matches(Repository.Read(file)).Select(match => (file, match.Value)))
            .Where(function => function.Value.Count(letter => letter == '\n') > 80).Select(function => function.file);

        Assert.Empty(offenders);
    }

    [Fact]
    public void Lines_have_at_most_130_columns()
    {
        var offenders = Repository.Files(".cs", ".sql").SelectMany(file =>
            File.ReadLines(Path.Combine(Repository.Root, file)).Select((line, index) => (file, Number: index + 1, line.Length)))
            .Where(line => line.Length > 130 && !line.file.StartsWith("CreditsAdmin.Tests/", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"CREATE OR REPLACE FUNCTION.*?\n\$\$;", RegexOptions.Singleline)]
    private static partial Regex Function();
}
