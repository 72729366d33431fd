using System.Text.RegularExpressions;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Tests.Database;

/// <summary>The codes that functions raise and the codes that C# knows are the same.</summary>
public partial class RefusalCodesTests
{
    [Fact]
    public void Every_code_in_the_migrations_is_known_and_every_known_code_is_raised()
    {
        var raised = MigrationFiles.All.SelectMany(file => Raise().Matches(file.Sql)).Select(match => match.Groups[1].Value);

        var known = Enum.GetValues<RefusalCode>().Select(code => $"CR{(int)code:000}");

        Assert.Equal(known.Order(), raised.Distinct().Order());
    }

    [GeneratedRegex(@"refuse\('(CR\d{3})'")]
    private static partial Regex Raise();
}
