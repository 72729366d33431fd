using CreditsAdmin.Data;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>adjust_credits, as far as it needs no second admin.</summary>
public class AdjustCreditsTests(DatabaseFixture fixture) : AdjustmentTest(fixture)
{
    [Theory]
    [InlineData(7, "promotional", 17, 20)]
    [InlineData(-7, "promotional", 3, 20)]
    [InlineData(7, "paid", 10, 27)]
    [InlineData(-20, "paid", 10, 0)]
    public async Task An_adjustment_moves_the_part_of_its_category(long delta, string category, long free, long paid)
    {
        var user = await Database.SignUpAsync(free: 10, paid: 20);

        var adjustment = await Database.RowAsync("SELECT * FROM adjust_credits($1, $2, $3, 'A mistake', 'k')", user, delta, category);

        Assert.Equal((free, paid), await Database.BalanceAsync(user));
        Assert.Equal("posted", adjustment.GetProperty("status").GetString());
        Assert.Equal(30, adjustment.GetProperty("available_before").GetInt64());
        Assert.Equal(30 + delta, adjustment.GetProperty("available").GetInt64());
        Assert.Equal(await LastEntryAsync(user), adjustment.GetProperty("entry_id").GetInt64());
    }

    [Theory]
    [InlineData("promotional", 11, 10)]
    [InlineData("paid", 21, 20)]
    public async Task A_part_never_falls_below_zero_whatever_the_other_one_has(string category, long take, long has)
    {
        var user = await Database.SignUpAsync(free: 10, paid: 20);

        var refusal = (await AdjustAsync(await AdminAsync(), user, -take, category)).Refusal!;

        Assert.Equal(RefusalCode.InsufficientCredits, refusal.Code);
        Assert.Equal((has, take, 1), (refusal.Number("balance"), refusal.Number("required"), refusal.Number("shortfall")));
        Assert.Equal(category, refusal.Text("category"));
        Assert.Equal((10, 20), await Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData(0, "paid", "Why", "k", "CR003")]
    [InlineData(1_000_000_000_001, "paid", "Why", "k", "CR003")]
    [InlineData(long.MinValue, "paid", "Why", "k", "CR003")]
    [InlineData(5, "gold", "Why", "k", "CR013")]
    [InlineData(5, "paid", " ", "k", "CR013")]
    [InlineData(5, "paid", "Why", "a b", "CR004")]
    public async Task What_cannot_be_an_adjustment_is_refused(long delta, string category, string reason, string key, string code)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal(code, await Database.RefusalAsync(
            "SELECT adjust_credits($1, $2, $3, $4, $5)", user, delta, category, reason, key));
        Assert.Equal("CR002", await Database.RefusalAsync(Adjust, Guid.NewGuid(), 5L, "paid", "k"));
    }

    [Fact]
    public async Task The_same_key_adjusts_once_however_often_and_fast_it_comes()
    {
        var user = await Database.SignUpAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() =>
            Database.ScalarAsync<Guid>(Adjust, user, 7L, "paid", "k"))));

        Assert.Single(ids.Distinct());
        Assert.Equal((5, 7), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_repeated_request_has_the_first_answer_even_when_the_balance_has_gone_on()
    {
        var user = await Database.SignUpAsync();
        var admin = await AdminAsync();
        var first = await AdjustAsync(admin, user, 7, key: "k");
        await AdjustAsync(admin, user, 100);

        var second = await AdjustAsync(admin, user, 7, key: "k");

        Assert.Equal(first.Value! with { Replayed = true }, second.Value);
        Assert.Equal(RefusalCode.IdempotencyKeyReuse, (await AdjustAsync(admin, user, 8, key: "k")).Refusal!.Code);
        Assert.Equal(RefusalCode.IdempotencyKeyReuse, (await AdjustAsync(admin, user, 7, "promotional", "k")).Refusal!.Code);
        Assert.False((await AdjustAsync(await AdminAsync(), user, 7, key: "k")).Value!.Replayed);
    }

    [Fact]
    public async Task Support_users_and_front_ends_cannot_adjust()
    {
        var user = await Database.SignUpAsync();

        Assert.Equal(RefusalCode.Forbidden, (await AdjustAsync(await AdminAsync("support"), user, 7)).Refusal!.Code);
        Assert.Equal(RefusalCode.Forbidden, (await AdjustAsync(user, user, 7)).Refusal!.Code);
        foreach (var actor in new[] { $"user:{user}", $"key:{Guid.NewGuid()}" })
        {
            Assert.Equal("CR012", await Database.RefusalAsync(
                "SELECT adjust_credits($1, 7, 'paid', 'Why', 'k', $2, 'api')", user, actor));
        }

        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_positive_adjustment_is_a_lot_and_a_negative_one_is_not()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync(Adjust, user, 9L, "paid", "up");
        await Database.ExecuteAsync(Adjust, user, -4L, "paid", "down");

        Assert.Equal("9 paid A mistake", await Database.ScalarAsync<string>(
            "SELECT string_agg(g.credits || ' ' || g.category || ' ' || g.reason, ', ') FROM credits.ledger_entries e "
            + "JOIN credits.grants g ON g.id = e.grant_id WHERE g.source = 'adjustment' AND e.user_id = $1", user));
    }

    [Fact]
    public async Task Charges_and_adjustments_at_once_never_go_below_zero()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 100);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => i % 2 == 0
            ? Database.RefusalAsync("SELECT charge_credits($1, 'image', 1, $2)", user, $"c{i}")
            : Database.RefusalAsync(Adjust, user, -1L, "paid", $"a{i}"))));

        Assert.Equal(100, refusals.Count(refusal => refusal is null));
        Assert.Equal(100, refusals.Count(refusal => refusal == "CR001"));
        Assert.Equal((0, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task The_limit_is_a_setting()
    {
        var user = await Database.SignUpAsync();
        var admin = await AdminAsync();
        await Database.ExecuteAsync("SELECT change_settings(NULL, NULL, p_approval_limit => 6, p_job_timeout_seconds => 60)");

        var six = await AdjustAsync(admin, user, 6);
        var seven = await AdjustAsync(admin, user, 7);
        await Database.ExecuteAsync("SELECT change_settings(NULL, NULL, p_approval_limit => 10000, p_job_timeout_seconds => 3600)");

        Assert.Equal(("posted", "pending"), (six.Value!.Status, seven.Value!.Status));
        Assert.Equal("CR013", await Database.RefusalAsync("SELECT change_settings(NULL, NULL, p_approval_limit => -1)"));
        Assert.Equal("CR013", await Database.RefusalAsync("SELECT change_settings(NULL, NULL, p_job_timeout_seconds => 0)"));
    }
}
