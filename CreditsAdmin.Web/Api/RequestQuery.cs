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

    /// <summary>A text of up to <paramref name="longest"/> characters that can be stored; null when the parameter is
    /// missing.</summary>
    public string? Text(string name, int longest)
    {
        if (query[name] is not [{ } text]) return null;
        if (text.Length > 0 && text.Length <= longest && !text.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter)))
        {
            return text;
        }

        Refuse(RefusalCode.InvalidInput, name, $"{name} must be 1 to {longest} plain characters.");
        return null;
    }

    /// <summary>A moment; null when the parameter is missing.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (query[name] is not [{ } text]) return null;
        if (ApiValues.Time(text) is { } time) return time;
        Refuse(RefusalCode.InvalidInput, name, $"{name} must be {ApiValues.TimeForm}.");
        return null;
    }

    /// <summary>A value that <paramref name="parse"/> makes of the text; null when the parameter is missing.</summary>
    public T? Parsed<T>(string name, Func<string, T?> parse, string rule)
        where T : struct
    {
        if (query[name] is not [{ } text]) return null;
        if (parse(text) is { } value) return value;
        Refuse(RefusalCode.InvalidInput, name, rule);
        return null;
    }

    /// <summary>true or false; false when the parameter is missing.</summary>
    public bool Flag(string name)
    {
        if (query[name] is not [{ } text]) return false;
        if (text is not ("true" or "false")) Refuse(RefusalCode.InvalidInput, name, $"{name} must be true or false.");
        return text == "true";
    }
}
