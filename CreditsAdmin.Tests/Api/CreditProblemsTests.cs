using CreditsAdmin.Data;
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
