using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Lots;

/// <summary>Which lot a charge takes from.</summary>
public class BurnOrderTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    // Each lot: free or paid, its priority, the days until it expires (- for never). All have ten credits.
    [Theory]
    [InlineData("free100- paid100-", "1 2")]
    [InlineData("paid100- free100-", "2 1")]
    [InlineData("free100- free100- free100-", "1 2 3")]
    [InlineData("free100- free100/9 free100/3", "3 2 1")]
    [InlineData("free100- paid100/9", "2 1")]
    [InlineData("paid100/9 free100/9", "2 1")]
    [InlineData("paid100/3 free100/9 paid100- free100-", "1 2 4 3")]
    [InlineData("free100/1 free200/1 paid50- paid0- free1000-", "4 3 1 2 5")]
    [InlineData("paid50- free100/2 paid100/1 free50-", "4 1 3 2")]
    public async Task Lots_are_spent_by_priority_then_expiry_then_free_before_paid_then_age(string lots, string order)
    {
        var user = await MakeAsync(lots);
        var names = new List<string>();
        var before = await LeftAsync(user);
        for (var charge = 0; charge < before.Count; charge++)
        {
            await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 10, $2)", user, $"c{charge}");
            var after = await LeftAsync(user);
            names.Add(Assert.Single(before, lot => lot.Value == 10 && after[lot.Key] == 0).Key);
            before = after;
        }

        Assert.Equal(order, string.Join(' ', names));
    }

    [Theory]
    [InlineData("free100- paid100-", true)]
    [InlineData("paid100-", true)]
    [InlineData("free100/3 free100- paid100- paid200-", true)]
    [InlineData("free100- paid100/3", false)]
    [InlineData("free100/2 paid100/3 free100/4", false)]
    public async Task Only_an_account_with_another_order_than_free_before_paid_leaves_the_fast_way(string lots, bool fast)
    {
        var user = await MakeAsync(lots);

        Assert.Equal(fast, await Database.ScalarAsync<bool>(
            "SELECT burn_order IS NULL FROM credits.accounts WHERE user_id = $1", user));
    }

    [Fact]
    public async Task A_batch_takes_from_the_same_lots_as_one_charge_after_the_other()
    {
        const string lots = "paid100/3 free100/9 paid100- free100- paid50/20";
        var (one, many) = (await MakeAsync(lots), await MakeAsync(lots));
        long[] costs = [3, 12, 1, 20, 7, 40, 5];
        for (var i = 0; i < costs.Length; i++)
        {
            await Database.RefusalAsync("SELECT charge_credits($1, 'image', $2, $3)", one, costs[i], $"c{i}");
        }

        await Database.ExecuteAsync("SELECT charge_credits_batch(array_fill($1::uuid, ARRAY[7]), array_fill('image'::text, ARRAY[7]), $2, $3)",
            many, costs, costs.Select((_, i) => $"c{i}").ToArray());

        Assert.Equal(await LeftAsync(one), await LeftAsync(many));
        Assert.Equal(await Database.BalanceAsync(one), await Database.BalanceAsync(many));
    }

    [Fact]
    public async Task What_a_failed_job_gives_back_is_spent_from_the_lot_it_came_from()
    {
        var user = await MakeAsync("paid100/3 free100/9 paid100-");
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 15, 'c')", user);
        await Database.ExecuteAsync("SELECT fail_job($1)", job);

        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 12, 'd')", user);

        Assert.Equal((8, 10), await Database.BalanceAsync(user));
    }

    private async Task<Guid> MakeAsync(string lots)
    {
        var user = await Database.SignUpAsync(free: 0, paid: 0);
        var number = 0;
        foreach (var lot in lots.Split(' '))
        {
            var (priority, days) = lot[4..].TrimEnd('-').Split('/') is [var p, var d] ? (p, d) : (lot[4..].TrimEnd('-'), null);
            await Database.ExecuteAsync($"SELECT grant_credits($1, 10, $2, 'A test', $3, p_priority => {priority}, p_expires_at => "
                + (days is null ? "NULL)" : $"date_trunc('day', now()) + interval '{days} days 12 hours')"),
                user, lot[..4] == "free" ? "promotional" : "paid", $"{++number}");
        }

        return user;
    }

    private async Task<Dictionary<string, long>> LeftAsync(Guid user) => JsonSerializer.Deserialize<Dictionary<string, long>>(
        await Database.ScalarAsync<string>("SELECT jsonb_object_agg(g.idempotency_key, l.remaining)::text "
            + "FROM explain_balance($1) l JOIN credits.grants g ON g.id = l.id", user))!;
}
