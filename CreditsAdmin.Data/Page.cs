using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data;

/// <summary>Where a page of a list begins. Lists are newest first and paged by key, so that page 10,000 costs what
/// page 1 does
/// and new rows never shift a page.</summary>
/// <param name="Before">Show what is older than this row.</param>
/// <param name="After">Show what is newer than this row.</param>
/// <param name="Size">Rows on a page.</param>
public sealed record Keyset<TKey>(TKey? Before = null, TKey? After = null, int Size = 50)
    where TKey : struct;

/// <summary>One page of a list, newest first.</summary>
/// <param name="Items">The rows.</param>
/// <param name="HasNewer">There are rows before the first one.</param>
/// <param name="HasOlder">There are rows after the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, bool HasNewer, bool HasOlder);

internal static class Paging
{
    /// <summary>Reads one page of rows ordered by <paramref name="key"/>, newest first, and one row more to know
    /// whether
    /// there is another page.</summary>
    public static async Task<Page<TRow>> PageAsync<TSource, TRow, TKey>(
        this IQueryable<TSource> source, Expression<Func<TSource, TKey>> key, Keyset<TKey> at,
        Expression<Func<TSource, TRow>> select, CancellationToken cancel)
        where TKey : struct
    {
        if (at.After is { } after)
        {
            var upwards = await source.Where(Compare(key, after, ExpressionType.GreaterThan)).OrderBy(key)
                .Take(at.Size + 1).Select(select).ToListAsync(cancel);
            var more = upwards.Count > at.Size;
            var rows = upwards.Take(at.Size).Reverse().ToList();
            return new(rows, HasNewer: more, HasOlder: rows.Count > 0);
        }

        var older = at.Before is { } before ? source.Where(Compare(key, before, ExpressionType.LessThan)) : source;
        var downwards = await older.OrderByDescending(key).Take(at.Size + 1).Select(select).ToListAsync(cancel);
        return new(downwards.Take(at.Size).ToList(), HasNewer: at.Before is not null, downwards.Count > at.Size);
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
