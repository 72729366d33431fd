using System.Globalization;
using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Lots;

/// <summary>Random lives of an account, compared with <see cref="LotModel"/> after every step, and once more from the
/// end, moment by moment.</summary>
public class LotModelTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const int Steps = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Balances_and_lots_are_those_of_the_model_now_and_at_every_past_moment(int seed)
    {
        var life = new AccountLife(Database, seed, await Database.SignUpAsync(free: 0, paid: 0));
        var past = new Dictionary<long, (string Lots, string Story)>();
        for (var step = 0; step < Steps; step++)
        {
            await life.StepAsync();
            var (lots, version) = await NowAsync(life);
            Assert.True(lots == life.Expected(), $"seed {seed}: {life.Story}\nmodel: {life.Expected()}\nfound: {lots}");
            past[version] = (lots, life.Story);
        }

        foreach (var (version, (lots, story)) in past.Where(moment => moment.Key > 0))
        {
            var found = life.Describe(await RowsAsync($"explain_balance('{life.User}', (SELECT created_at FROM credits.ledger_entries "
                + $"WHERE user_id = '{life.User}' AND seq = {version}))"));
            Assert.True(found == lots, $"seed {seed}, after entry {version}: {story}\nthen: {lots}\nexplained: {found}");
        }
    }

    private async Task<(string Lots, long Version)> NowAsync(AccountLife life)
    {
        var account = await Database.RowAsync("SELECT free, paid, version FROM credits.accounts WHERE user_id = $1", life.User);
        var rows = await RowsAsync($"explain_balance('{life.User}')");
        Assert.Equal((account.GetProperty("free").GetInt64(), account.GetProperty("paid").GetInt64()),
            (Sum(rows, "promotional"), Sum(rows, "paid")));
        return (life.Describe(rows), account.GetProperty("version").GetInt64());
    }

    private static long Sum(JsonElement rows, string category) => rows.EnumerateArray()
        .Where(row => row.GetProperty("category").GetString() == category).Sum(row => row.GetProperty("remaining").GetInt64());

    private async Task<JsonElement> RowsAsync(string call) => JsonDocument.Parse(await Database.ScalarAsync<string>(
        $"SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]')::text FROM {call} l")).RootElement;
}

/// <summary>One account that random things happen to, in the database and in the model.</summary>
internal sealed class AccountLife(TestDatabase database, int seed, Guid user)
{
    private readonly Random random = new(seed);
    private readonly LotModel model = new();
    private readonly Dictionary<Guid, ModelLot> grants = [];
    // With the free part of every cost up to the job's, as it would have been at its charge.
    private readonly List<(Guid Id, long Cost, long[] Free)> jobs = [];
    private readonly List<string> story = [];
    private int steps;

    public Guid User => user;

    public string Story => string.Join("\n", story);

    /// <summary>The lots that hold something: category, name and credits.</summary>
    public string Expected()
    {
        var (left, noneFree, nonePaid) = model.Explain();
        return Text(left.Select(lot => (lot.Key.Paid, lot.Key.Name, lot.Value))
            .Append((false, "refund", noneFree)).Append((true, "refund", nonePaid)));
    }

    /// <summary>The same of what the database explains.</summary>
    public string Describe(JsonElement rows) => Text(rows.EnumerateArray().Select(row => (
        row.GetProperty("category").GetString() == "paid",
        row.GetProperty("source").GetString() == "refund" ? "refund" : grants[row.GetProperty("id").GetGuid()].Name,
        row.GetProperty("remaining").GetInt64())));

    public Task StepAsync() => random.Next(10) switch
    {
        < 3 => GrantAsync(),
        < 6 => ChargeAsync(),
        < 8 => RefundAsync(),
        8 => PassAsync(),
        _ => VoidAsync(),
    };

    private async Task GrantAsync()
    {
        var now = DateTime.UtcNow;
        var whole = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerHour), DateTimeKind.Utc);
        var (paid, credits, priority) = (random.Next(2) == 0, random.Next(1, 30), random.Next(5) == 0 ? 50 : 100);
        var later = random.Next(5) == 0;
        var effective = later ? whole.AddDays(random.Next(1, 4)).AddHours(-1) : now;
        var expires = random.Next(3) == 0 ? DateTime.MaxValue : whole.AddDays(random.Next(4, 12)).AddHours(-1);
        var name = $"g{++steps}";
        var id = await database.ScalarAsync<Guid>(
            "SELECT id FROM grant_credits($1, $2, $3, 'A test', $4, p_priority => $5, p_effective_at => $6, p_expires_at => $7)",
            user, (long)credits, paid ? "paid" : "promotional", name, priority,
            later ? effective : DBNull.Value, expires == DateTime.MaxValue ? DBNull.Value : expires);
        grants[id] = model.Grant(name, paid, credits, priority, now, effective, expires);
        story.Add(FormattableString.Invariant($"grant {name} {credits} paid:{paid} {priority} {effective:dd HH} {expires:dd HH}"));
    }

    private async Task ChargeAsync()
    {
        var cost = random.Next(1, 25);
        story.Add($"charge {cost}");
        if (cost > model.Free + model.Paid) return;
        var job = await database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', $2, $3)", user, (long)cost, $"c{++steps}");
        var free = Enumerable.Range(0, cost + 1).Select(smaller => model.FreePart(smaller)).ToArray();
        model.Charge(cost);
        jobs.Add((job, cost, free));
    }

    private async Task RefundAsync()
    {
        if (jobs.Count == 0) return;
        var at = random.Next(jobs.Count);
        var (job, cost, free) = jobs[at];
        jobs.RemoveAt(at);
        var back = random.Next(2) == 0 ? cost : random.Next((int)cost + 1);
        story.Add($"refund {back} of {cost}");
        await database.ExecuteAsync("SELECT complete_job($1, $2)", job, cost - back);
        var freeBack = free[cost] - free[cost - back];
        if (back > 0) model.Refund(freeBack, back - freeBack);
    }

    private async Task PassAsync()
    {
        var days = random.Next(1, 4);
        story.Add($"{days} days");
        await database.PassAsync(user, TimeSpan.FromDays(days));
        model.Pass(TimeSpan.FromDays(days), DateTime.UtcNow);
        if (model.Free + model.Paid > 0 && random.Next(2) == 0)
        {
            // No worker ran: the charge posts what is due.
            await database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, $2)", user, $"c{++steps}");
            model.Charge(1);
        }
        else
        {
            await database.ExecuteAsync("SELECT post_due_lots()");
        }
    }

    private async Task VoidAsync()
    {
        if (grants.Count == 0) return;
        var (id, lot) = grants.ElementAt(random.Next(grants.Count));
        story.Add($"void {lot.Name}");
        if (await database.RefusalAsync("SELECT void_grant($1, $2)", id, $"Step {++steps}") is null) model.Close(lot);
    }

    private static string Text(IEnumerable<(bool Paid, string Name, long Credits)> lots) => string.Join(", ", lots
        .Where(lot => lot.Credits > 0)
        .Select(lot => string.Create(CultureInfo.InvariantCulture, $"{(lot.Paid ? "paid" : "free")} {lot.Name} {lot.Credits}"))
        .Order(StringComparer.Ordinal));
}
