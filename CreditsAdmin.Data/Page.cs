using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data;

/// <summary>Where a page of a list begins. Lists are paged by key, so that page 10,000 costs what page 1 does and new
/// rows never shift a page.</summary>
/// <param name="Before">Show what is older than this row.</param>
/// <param name="After">Show what is newer than this row.</param>
/// <param name="Size">Rows on a page.</param>
/// <param name="OldestFirst">A queue: begin with the row that has waited longest. Other lists are newest first.</param>
public sealed record Keyset<TKey>(TKey? Before = null, TKey? After = null, int Size = 50, bool OldestFirst = false)
    where TKey : struct;

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows, in the order that was asked for.</param>
/// <param name="HasNewer">There are rows newer than these.</param>
/// <param name="HasOlder">There are rows older than these.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, bool HasNewer, bool HasOlder);

internal static class Paging
{
    /// <summary>Reads one page of rows ordered by <paramref name="key"/>, and one row more to know whether there is
    /// another page. Where the list begins decides which way it is read; the order of the rows is settled
    /// afterwards.</summary>
    public static async Task<Page<TRow>> PageAsync<TSource, TRow, TKey>(
        this IQueryable<TSource> source, Expression<Func<TSource, TKey>> key, Keyset<TKey> at,
        Expression<Func<TSource, TRow>> select, CancellationToken cancel)
        where TKey : struct
    {
        var upwards = at.After is not null || (at.OldestFirst && at.Before is null);
        if (at.After is { } after) source = source.Where(Compare(key, after, ExpressionType.GreaterThan));
        else if (at.Before is { } before) source = source.Where(Compare(key, before, ExpressionType.LessThan));
        var read = await (upwards ? source.OrderBy(key) : source.OrderByDescending(key))
            .Take(at.Size + 1).Select(select).ToListAsync(cancel);
        var more = read.Count > at.Size;
        if (more) read.RemoveAt(at.Size);
        if (upwards != at.OldestFirst) read.Reverse();
        // Behind the row where the page begins there is that row itself.
        var behind = at.After is not null || at.Before is not null;
        return upwards ? new(read, HasNewer: more, HasOlder: behind) : new(read, HasNewer: behind, HasOlder: more);
    }

    private static Expression<Func<TSource, bool>> Compare<TSource, TKey>(
        Expression<Func<TSource, TKey>> key, TKey value, ExpressionType comparison)
    {
        // A closure, not a constant: the database sees a parameter and keeps its plan.
        Expression<Func<TKey>> parameter = () => value;
        return Expression.Lambda<Func<TSource, bool>>(
            Expression.MakeBinary(comparison, key.Body, parameter.Body), key.Parameters);
    }
}
