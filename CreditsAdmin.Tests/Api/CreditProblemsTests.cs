using System.Net;
using CreditsAdmin.Data;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.Api;

namespace CreditsAdmin.Tests.Api;

public sealed class CreditProblemsTests
{
    [Fact]
    public void Every_refusal_has_a_problem_of_its_own_name() => Assert.All(Enum.GetValues<RefusalCode>(), code =>
        Assert.Equal(code.ToString(), CreditProblems.Of(code).Code.Replace("_", ""), ignoreCase: true));

    [Fact]
    public void Every_problem_has_its_own_address() =>
        Assert.Equal(CreditProblems.All.Count, CreditProblems.All.Select(kind => kind.Type).Distinct().Count());

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(405, "method_not_allowed")]
    [InlineData(418, "bad_request")]
    [InlineData(502, "internal_error")]
    public void An_answer_with_a_status_only_still_has_a_problem(int status, string code) =>
        Assert.Equal(code, CreditProblems.OfStatus(status).Code);
}

/// <summary>The page behind each problem's type.</summary>
public sealed class ProblemPagesTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task Every_problem_has_a_page_that_says_what_it_means_and_what_to_do()
    {
        using var client = new HttpClient { BaseAddress = new Uri(App.BaseUrl) };
        foreach (var kind in CreditProblems.All)
        {
            var page = WebUtility.HtmlDecode(await client.GetStringAsync(kind.Type, Cancel));
            Assert.Contains(kind.Meaning, page, StringComparison.Ordinal);
            Assert.Contains(kind.Advice, page, StringComparison.Ordinal);
            Assert.Contains($"<code>{kind.Code}</code>", page, StringComparison.Ordinal);
        }
    }
}
