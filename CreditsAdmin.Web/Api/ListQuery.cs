using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api;

/// <summary>The query of a list, newest first: its filters, <c>limit</c>, and either <c>before</c> for what is older than a
/// cursor or <c>after</c> for what is newer.</summary>
internal sealed class ListQuery : RequestQuery
{
    private const int LargestPage = 200;

    private readonly string? before;
    private readonly string? after;
    private readonly int limit;

    public ListQuery(HttpRequest request, params string[] filters)
        : base(request, [.. filters, "limit", "before", "after"])
    {
        limit = (int)(Number("limit", LargestPage, $"limit must be a whole number from 1 to {LargestPage}.") ?? 50);
        before = request.Query["before"];
        after = request.Query["after"];
        if (before is not null && after is not null)
        {
            Refuse(RefusalCode.InvalidInput, "after", "before and after cannot be used together.");
        }
    }

    /// <summary>The page of a list whose cursors are seqs.</summary>
    public Keyset<long> Seqs() => Page(ApiCursor.Seq);

    /// <summary>The page of a list whose cursors are ids.</summary>
    public Keyset<Guid> Ids() => Page(ApiCursor.Id);

    private Keyset<TKey> Page<TKey>(Func<string, TKey?> read)
        where TKey : struct =>
        new(Read("before", before, read), Read("after", after, read), limit);

    private TKey? Read<TKey>(string name, string? text, Func<string, TKey?> read)
        where TKey : struct
    {
        if (text is null) return null;
        if (read(text) is { } key) return key;
        Refuse(RefusalCode.InvalidInput, name, $"{name} must be the next_cursor of an earlier page of the same list.");
        return null;
    }
}
