using System.Collections.Concurrent;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Model;

/// <summary>Many connections at once on three users' credits: what each call was told, for judging afterwards.</summary>
public sealed class History(TestDatabase database, int seed)
{
    private const int Users = 3;
    private const int Keys = 25;

    /// <summary>A charge as its caller saw it. The versions are those of the account before the call and after it.</summary>
    public sealed record Charge(
        Guid User, string Key, long Cost, string Code, Guid Job, long Available, bool Replayed, long Before, long After);

    private readonly List<Guid> users = [];
    private readonly ConcurrentBag<Guid> jobs = [];

    public ConcurrentBag<Charge> Charges { get; } = [];

    /// <summary>SQLSTATEs that nobody should ever see.</summary>
    public ConcurrentBag<string> Faults { get; } = [];

    public IReadOnlyList<Guid> Accounts => users;

    public static async Task<History> RunAsync(TestDatabase database, int seed, int connections, int calls)
    {
        var history = new History(database, seed);
        for (var i = 0; i < Users; i++) history.users.Add(await database.SignUpAsync(20, 20));
        await Task.WhenAll(Enumerable.Range(0, connections).Select(
            worker => Task.Run(() => history.WorkAsync(worker, calls / connections))));
        return history;
    }

    private async Task WorkAsync(int worker, int calls)
    {
        var random = new Random(HashCode.Combine(seed, worker));
        for (var i = 0; i < calls; i++)
        {
            var user = users[random.Next(Users)];
            var job = jobs.TryPeek(out var last) && random.Next(2) == 0 ? last : jobs.ElementAtOrDefault(random.Next(30));
            switch (random.Next(10))
            {
                case < 5:
                    await ChargeAsync(user, random.Next(Keys), other: random.Next(12) == 0);
                    break;
                case < 6:
                    await ChargeTogetherAsync(user, random.Next(Keys), random.Next(Keys));
                    break;
                case < 7:
                    await TryAsync("SELECT grant_credits($1, 3, 'promotional', 'More', $2)", user, $"g{random.Next(8)}");
                    break;
                case 7:
                    await TryAsync("SELECT complete_job($1, $2)", job, (long)random.Next(3));
                    break;
                case 8:
                    await TryAsync("SELECT fail_job($1)", job);
                    break;
                default:
                    await TryAsync("UPDATE credits.jobs SET deadline = now() WHERE id = $1 AND finished_at IS NULL", job);
                    await TryAsync("SELECT expire_jobs(3)");
                    break;
            }
        }
    }

    // A key has one cost, unless somebody asks for another by mistake.
    private static long CostOf(int key, bool other) => 1 + (key % 7) + (other ? 1 : 0);

    private async Task ChargeAsync(Guid user, int number, bool other)
    {
        var (key, cost) = ($"k{number}", CostOf(number, other));
        var before = await VersionAsync(user);
        try
        {
            var row = await database.RowAsync(
                "SELECT id, available, replayed FROM charge_credits($1, 'image', $2, $3)", user, cost, key);
            var id = row.GetProperty("id").GetGuid();
            jobs.Add(id);
            Charges.Add(new(user, key, cost, "", id, row.GetProperty("available").GetInt64(),
                row.GetProperty("replayed").GetBoolean(), before, 0));
        }
        catch (PostgresException error)
        {
            if (!error.SqlState.StartsWith("CR", StringComparison.Ordinal)) Faults.Add($"{error.SqlState} {error.MessageText}");
            Charges.Add(new(user, key, cost, error.SqlState, default, 0, false, before, await VersionAsync(user)));
        }
    }

    private Task ChargeTogetherAsync(Guid user, int first, int second) => TryAsync(
        "SELECT charge_credits_batch($1, ARRAY['image', 'image'], $2, $3)", new[] { user, user },
        new[] { CostOf(first, other: false), CostOf(second, other: false) }, new[] { $"k{first}", $"k{second}" });

    private Task<long> VersionAsync(Guid user) =>
        database.ScalarAsync<long>("SELECT version FROM credits.accounts WHERE user_id = $1", user);

    private async Task TryAsync(string sql, params object[] values)
    {
        var refusal = await database.RefusalAsync(sql, values);
        if (refusal is not null && !refusal.StartsWith("CR", StringComparison.Ordinal)) Faults.Add($"{refusal} of {sql}");
    }
}
