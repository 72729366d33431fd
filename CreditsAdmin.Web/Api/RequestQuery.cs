using System.Globalization;
using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <summary>The query of a request. A name that is not known, or that comes twice, is refused.</summary>
internal sealed class RequestQuery : RequestInput
{
    private readonly IQueryCollection query;

    public RequestQuery(HttpRequest request, params string[] known)
    {
        query = request.Query;
        RefuseUnknown(query.Keys, known);
        foreach (var name in known.Where(name => query[name].Count > 1))
        {
            Refuse(RefusalCode.InvalidInput, name, $"{name} must come once.");
        }
    }

    public Guid Id(string name, string prefix) => ParseId(name, query[name], prefix);

    /// <summary>The same for a parameter that may be missing.</summary>
    public Guid? IdOrNull(string name, string prefix) => query.ContainsKey(name) ? Id(name, prefix) : null;

    /// <summary>One of these words; null when the parameter is missing.</summary>
    public string? Choice(string name, IReadOnlyCollection<string> known)
    {
        if (query[name] is not [{ } word] || known.Contains(word)) return query[name];
        Refuse(RefusalCode.InvalidInput, name, $"{name} must be one of {string.Join(", ", known)}.");
        return null;
    }

    /// <summary>A number from 1 to <paramref name="most"/>; null when the parameter is missing.</summary>
    public long? Number(string name, long most, string rule)
    {
        if (query[name] is not [{ } text]) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1 && number <= most) return number;
        Refuse(RefusalCode.InvalidInput, name, rule);
        return null;
    }
}
