using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data.Users;

/// <summary>A user in the console, with their balance in credits.</summary>
/// <param name="Email">Null for a user who was erased or never had one.</param>
/// <param name="IsDemo">Made by the demo data, and removed with it.</param>
public sealed record UserRow(
    Guid Id, string? Email, string? Name, bool IsDemo, DateTimeOffset CreatedAt, DateTimeOffset? ErasedAt,
    long Free, long Paid)
{
    /// <summary>Free and paid together.</summary>
    public long Available => Free + Paid;
}

/// <summary>Where a page of users begins: they are ordered by sign-up, then id.</summary>
public readonly record struct UserCursor(DateTimeOffset CreatedAt, Guid Id);

/// <summary>A user as they see themselves.</summary>
public sealed record Me(Guid Id, string? Email, string? Name, DateTimeOffset CreatedAt);

/// <summary>Reads users.</summary>
public static class UserQueries
{
    /// <summary>One user; null when there is none.</summary>
    public static Task<UserRow?> FindAsync(CreditsDb db, Guid userId, CancellationToken cancel) =>
        Rows(db, db.Users.Where(user => user.Id == userId)).SingleOrDefaultAsync(cancel);

    /// <summary>The signed-in user whose connection it is; null for nobody, and before they have an account.</summary>
    public static async Task<Me?> FindMeAsync(CreditsDb db, CancellationToken cancel) =>
        await db.Database.SqlQuery<Me>(
            $"SELECT id AS \"Id\", email AS \"Email\", name AS \"Name\", created_at AS \"CreatedAt\" FROM me")
            .ToListAsync(cancel) is [{ } me] ? me : null;

    /// <summary>The user with this e-mail address, whatever its case; null when there is none.</summary>
    public static Task<UserRow?> FindByEmailAsync(CreditsDb db, string email, CancellationToken cancel)
    {
        var key = User.KeyOf(email);
        return Rows(db, db.Users.Where(user => user.EmailKey == key)).FirstOrDefaultAsync(cancel);
    }

    /// <summary>The id that this text is, or of the user whose e-mail address it is; null when there is none.</summary>
    public static async Task<Guid?> FindIdAsync(CreditsDb db, string emailOrId, CancellationToken cancel)
    {
        if (Guid.TryParse(emailOrId.Trim(), out var id)) return id;
        var key = User.KeyOf(emailOrId);
        return await db.Users.Where(user => user.EmailKey == key).Select(user => (Guid?)user.Id).FirstOrDefaultAsync(cancel);
    }

    /// <summary>The console's list, newest first. The search is any part of an e-mail address, or an id: the user's own,
    /// or that of one of their jobs, receipts or ledger entries.</summary>
    public static async Task<Page<UserRow>> ListAsync(
        CreditsDb db, string? search, Keyset<UserCursor> at, CancellationToken cancel)
    {
        var users = Matching(db, search?.Trim());
        if (at.After is { } after)
        {
            var upwards = await Rows(db, users.Where(user => EF.Functions.GreaterThan(
                    ValueTuple.Create(user.CreatedAt, user.Id), ValueTuple.Create(after.CreatedAt, after.Id)))
                .OrderBy(user => user.CreatedAt).ThenBy(user => user.Id).Take(at.Size + 1)).ToListAsync(cancel);
            var newest = upwards.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).Take(at.Size).Reverse().ToList();
            return new(newest, upwards.Count > at.Size, newest.Count > 0);
        }

        if (at.Before is { } before)
        {
            users = users.Where(user => EF.Functions.LessThan(
                ValueTuple.Create(user.CreatedAt, user.Id), ValueTuple.Create(before.CreatedAt, before.Id)));
        }

        var rows = await Rows(db, users.OrderByDescending(user => user.CreatedAt).ThenByDescending(user => user.Id)
            .Take(at.Size + 1)).ToListAsync(cancel);
        return new(rows.Take(at.Size).ToList(), at.Before is not null, rows.Count > at.Size);
    }

    private static IQueryable<User> Matching(CreditsDb db, string? search)
    {
        if (string.IsNullOrEmpty(search)) return db.Users;
        // Each owner is looked up once, by primary key; the users are then found by id.
        if (Guid.TryParse(search, out var id))
        {
            return db.Users.Where(user => user.Id == id
                || user.Id == db.Jobs.Where(job => job.Id == id).Select(job => job.UserId).FirstOrDefault()
                || user.Id == db.Receipts.Where(receipt => receipt.Id == id).Select(receipt => receipt.UserId)
                    .FirstOrDefault());
        }

        // Escaped, so that % and _ mean themselves.
        var pattern = "%" + User.KeyOf(search).Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
        if (!long.TryParse(search, NumberStyles.None, CultureInfo.InvariantCulture, out var entryId))
        {
            return db.Users.Where(user => EF.Functions.Like(user.EmailKey!, pattern, "\\"));
        }

        return db.Users.Where(user => EF.Functions.Like(user.EmailKey!, pattern, "\\")
            || user.Id == db.Entries.Where(entry => entry.Id == entryId).Select(entry => entry.UserId)
                .FirstOrDefault());
    }

    private static IQueryable<UserRow> Rows(CreditsDb db, IQueryable<User> users) => users.Select(user => new UserRow(
        user.Id, user.Email, user.Name, user.IsDemo, user.CreatedAt, user.ErasedAt,
        db.Accounts.Where(account => account.UserId == user.Id).Select(account => account.Free).First(),
        db.Accounts.Where(account => account.UserId == user.Id).Select(account => account.Paid).First()));
}
