namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What a member of an answer means.</summary>
/// <param name="Meaning">A sentence.</param>
/// <param name="Values">The texts that it can be; null when it can be others.</param>
/// <param name="Type">Its JSON type where the record does not tell.</param>
internal sealed record Word(string Meaning, string[]? Values = null, string? Type = null);

/// <summary>One meaning for one word: every member of every answer stands here, under its name alone or, where an answer
/// means something of its own, under <c>Answer.member</c>.</summary>
internal static class Glossary
{
    private static readonly Dictionary<string, Word> Words = new(CreditWords.All.Concat(ServiceWords.All));

    /// <summary>What an answer is, by its name in the document.</summary>
    public static Word? Find(string answer) => Words.GetValueOrDefault(answer);

    /// <summary>What a member of an answer is.</summary>
    public static Word? Find(string answer, string member) =>
        Words.GetValueOrDefault($"{answer}.{member}") ?? Words.GetValueOrDefault(member);
}
