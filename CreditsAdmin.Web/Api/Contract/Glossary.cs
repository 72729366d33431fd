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
    private static readonly Dictionary<string, Word> Words = new()
    {
        ["Job"] = new("A job. Amounts are credits, times UTC."),
        ["JobBalance"] = new("The user's credits at the moment of the answer."),
        ["JobBatch"] = new("What became of each job, in the order in which they were sent."),
        ["JobBatchResult"] = new("What became of one job: the status and body that it would have had alone."),
        ["Balance"] = new("A user's credits."),
        ["Ledger"] = new("A page of ledger entries, newest first."),
        ["LedgerEntry"] = new("One movement of a user's credits. It never changes."),
        ["Problem"] = new("Why a request was not carried out (RFC 9457)."),
        ["ProblemError"] = new("One thing that is wrong with a request."),

        ["id"] = new("Its id."),
        ["user"] = new("The user's id."),
        ["created_at"] = new("When it was made, in UTC."),
        ["data"] = new("The items of this page."),
        ["has_more"] = new("True when there is another page."),
        ["next_cursor"] = new("The next page's before; null on the last page."),
        ["available"] = new("Credits that can be spent: free and paid together."),
        ["free"] = new("Credits that were given."),
        ["paid"] = new("Credits that were bought."),
        ["version"] = new("Moves exactly when the credits do."),
        ["operation"] = new("What the job does, in the caller's words."),

        ["Job.status"] = new("What became of it.", ["pending", "processing", "completed", "failed", "expired"]),
        ["cost"] = new("Credits that were charged."),
        ["refunded"] = new("Credits of the cost that went back."),
        ["metadata"] = new("What the caller keeps with it.", Type: "object"),
        ["Job.error"] = new("Why it failed, in the caller's words; null when it did not or nobody said."),
        ["deadline"] = new("A job that nobody ends by then expires, and its credits go back. UTC."),
        ["finished_at"] = new("When it was completed, failed or expired, in UTC; null before."),
        ["Job.balance"] = new("The user's credits at the moment of the answer."),
        ["results"] = new("One for each job, in the order in which they were sent."),
        ["JobBatchResult.status"] = new("The HTTP status that it would have had alone."),
        ["replayed"] = new("True when an earlier request had charged it already; missing when it was not charged."),
        ["job"] = new("The job; missing when it was not charged."),
        ["problem"] = new("Why it was not charged; missing when it was."),

        ["LedgerEntry.id"] = new("Its number in the whole ledger. Greater means later."),
        ["seq"] = new("Its number among the entries of its user: 1, 2, 3 and so on."),
        ["kind"] = new("Why the credits moved.",
            ["grant", "purchase", "charge", "refund", "clawback", "expiry", "adjustment"]),
        ["delta"] = new("Credits that came (above 0) or went (below 0)."),
        ["free_delta"] = new("The part of delta that was free credits."),
        ["balance_after"] = new("Credits that the user had after it."),
        ["free_after"] = new("Free credits that the user had after it."),
        ["job_id"] = new("The job that it belongs to; null for none."),
        ["receipt_id"] = new("The receipt that it belongs to; null for none."),
        ["grant_id"] = new("The grant that it belongs to; null for none."),
        ["LedgerEntry.operation"] = new("The operation of its job; null for none."),
        ["reverses_id"] = new("The entry that it undoes; null for none."),
        ["reversed_by_id"] = new("The entry that undoes it; null for none."),

        ["type"] = new("The address of a page that says what it means and what to do."),
        ["title"] = new("The kind of problem in a few words."),
        ["Problem.status"] = new("The HTTP status."),
        ["detail"] = new("What happened and what to do, in words for people."),
        ["instance"] = new("The path that was asked for."),
        ["code"] = new("The kind of problem. What programs branch on."),
        ["request_id"] = new("The X-Request-Id of the request."),
        ["Problem.balance"] = new("Credits that the user has; with insufficient_credits only."),
        ["required"] = new("Credits that the request costs; with insufficient_credits only."),
        ["shortfall"] = new("Credits that are missing; with insufficient_credits only."),
        ["errors"] = new("Each thing that is wrong with the request, when that is known."),
        ["field"] = new("The body's member, query parameter or header; null when it is the request as a whole."),
    };

    /// <summary>What an answer is, by its name in the document.</summary>
    public static Word? Find(string answer) => Words.GetValueOrDefault(answer);

    /// <summary>What a member of an answer is.</summary>
    public static Word? Find(string answer, string member) =>
        Words.GetValueOrDefault($"{answer}.{member}") ?? Words.GetValueOrDefault(member);
}
