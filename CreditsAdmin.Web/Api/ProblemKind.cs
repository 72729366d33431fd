namespace CreditsAdmin.Web.Api;

/// <summary>A kind of problem: what a front end branches on, and what its page says.</summary>
/// <param name="Code">In answers, such as <c>insufficient_credits</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A few words.</param>
/// <param name="Meaning">What happened, in a sentence.</param>
/// <param name="Advice">What to do, in a sentence.</param>
internal sealed record ProblemKind(string Code, int Status, string Title, string Meaning, string Advice)
{
    /// <summary>In addresses, such as <c>insufficient-credits</c>.</summary>
    public string Slug => Code.Replace('_', '-');

    /// <summary>The page that explains it.</summary>
    public string Type => $"/problems/{Slug}";
}
