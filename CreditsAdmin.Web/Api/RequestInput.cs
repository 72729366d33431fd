using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <summary>What a request brings. What is wrong with it is collected, so that one answer names everything; values that
/// could not be read are empty, and mean nothing while there is a <see cref="Problem"/>.</summary>
internal abstract class RequestInput
{
    private const int MostErrors = 20;
    private const int LongestName = 64;

    private readonly List<ProblemError> errors = [];
    private ProblemKind? kind;

    /// <summary>The body cannot be read at all: then nothing else is said about it.</summary>
    protected ProblemKind? Unreadable { get; init; }

    /// <summary>The answer to a request that cannot be carried out as it is; null when nothing is wrong.</summary>
    public ProblemAnswer? Problem => (Unreadable, kind) switch
    {
        ({ } unreadable, _) => new(unreadable),
        (_, { } first) => new(first, errors[0].Detail) { Errors = errors },
        _ => null,
    };

    protected void Refuse(RefusalCode code, string field, string detail)
    {
        var refused = CreditProblems.Of(code);
        kind ??= refused;
        if (errors.Count < MostErrors) errors.Add(new(Shorten(field), refused.Code, detail));
    }

    protected void RefuseUnknown(IEnumerable<string> names, string[] known)
    {
        foreach (var name in names.Except(known))
        {
            Refuse(RefusalCode.InvalidInput, name,
                $"{Shorten(name)} is not known here; known are {string.Join(", ", known)}.");
        }
    }

    /// <summary>An id with or without its prefix. Refuses a missing one too.</summary>
    protected Guid ParseId(string field, string? text, string prefix)
    {
        if (ApiIds.Parse(text, prefix) is { } id) return id;
        Refuse(RefusalCode.InvalidInput, field, $"{field} must be an id: a uuid, or {prefix} and a uuid.");
        return default;
    }

    private static string Shorten(string name) => name.Length <= LongestName ? name : $"{name[..LongestName]}…";
}
