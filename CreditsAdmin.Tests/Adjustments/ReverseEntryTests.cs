using CreditsAdmin.Data;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>reverse_entry.</summary>
public class ReverseEntryTests(DatabaseFixture fixture) : AdjustmentTest(fixture)
{
    [Theory]
    [InlineData(7, "promotional")]
    [InlineData(-7, "promotional")]
    [InlineData(7, "paid")]
    [InlineData(-7, "paid")]
    public async Task An_adjustment_is_undone_by_the_opposite_one_and_both_say_so(long delta, string category)
    {
        var user = await Database.SignUpAsync(free: 10, paid: 20);
        var admin = await AdminAsync();
        var entry = (await AdjustAsync(admin, user, delta, category)).Value!.EntryId!.Value;

        var reversal = (await ReverseAsync(admin, entry)).Value!;

        Assert.Equal((10, 20), await Database.BalanceAsync(user));
        Assert.Equal(reversal.EntryId, await Database.ScalarAsync<long>(
            "SELECT reversed_by_id FROM credits.entries WHERE id = $1", entry));
        Assert.Equal(entry, await Database.ScalarAsync<long>(
            "SELECT reverses_id FROM public.ledger_entries WHERE id = $1", reversal.EntryId!));
    }

    [Fact]
    public async Task A_reversal_can_be_reversed_and_the_same_entry_not_twice()
    {
        var user = await Database.SignUpAsync();
        var admin = await AdminAsync();
        var entry = (await AdjustAsync(admin, user, 7)).Value!.EntryId!.Value;
        var reversal = (await ReverseAsync(admin, entry)).Value!.EntryId!.Value;

        var back = await ReverseAsync(admin, reversal);
        var twice = (await ReverseAsync(admin, entry)).Refusal!;

        Assert.True(back.Done);
        Assert.Equal((5, 7), await Database.BalanceAsync(user));
        Assert.Equal((RefusalCode.AlreadyReversed, reversal), (twice.Code, twice.Number("reversed_by_id")));
    }

    [Fact]
    public async Task Sixteen_admins_at_once_reverse_an_entry_once()
    {
        var user = await Database.SignUpAsync();
        var admins = new List<Guid>();
        for (var i = 0; i < 16; i++) admins.Add(await AdminAsync());
        var entry = (await AdjustAsync(admins[0], user, 7)).Value!.EntryId!.Value;

        var outcomes = await Task.WhenAll(admins.Select(admin => Task.Run(() => ReverseAsync(admin, entry))));

        Assert.Single(outcomes, outcome => outcome.Done);
        Assert.All(outcomes.Where(outcome => !outcome.Done), outcome =>
            Assert.Equal(RefusalCode.AlreadyReversed, outcome.Refusal!.Code));
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task The_same_request_again_has_the_first_answer()
    {
        var user = await Database.SignUpAsync();
        var admin = await AdminAsync();
        var entry = (await AdjustAsync(admin, user, 7)).Value!.EntryId!.Value;

        var first = await ReverseAsync(admin, entry, "k");
        var other = (await AdjustAsync(admin, user, 9)).Value!.EntryId!.Value;

        Assert.Equal(first.Value! with { Replayed = true }, (await ReverseAsync(admin, entry, "k")).Value);
        Assert.Equal(RefusalCode.IdempotencyKeyReuse, (await ReverseAsync(admin, other, "k")).Refusal!.Code);
    }

    [Fact]
    public async Task What_was_spent_cannot_be_taken_back()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 0);
        var admin = await AdminAsync();
        var entry = (await AdjustAsync(admin, user, 7)).Value!.EntryId!.Value;
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 3, 'k')", user);

        var refusal = (await ReverseAsync(admin, entry)).Refusal!;

        Assert.Equal((RefusalCode.InsufficientCredits, 3), (refusal.Code, refusal.Number("shortfall")));
    }

    [Fact]
    public async Task A_charge_is_undone_by_giving_back_what_is_left_of_its_job()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 10);
        var admin = await AdminAsync();
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'video', 8, 'k')", user);
        var charge = await LastEntryAsync(user);
        var open = (await ReverseAsync(admin, charge)).Refusal!;
        await Database.ExecuteAsync("SELECT complete_job($1, 6)", job);

        var reversal = (await ReverseAsync(admin, charge)).Value!;

        Assert.Equal((RefusalCode.NotReversible, "pending"), (open.Code, open.Text("status")));
        Assert.Equal((6, null, charge), (reversal.Delta, reversal.Category, await Database.ScalarAsync<long>(
            "SELECT reverses_id FROM credits.entries WHERE id = $1", reversal.EntryId!)));
        Assert.Equal((5, 10), await Database.BalanceAsync(user));
        Assert.Equal(RefusalCode.AlreadyReversed, (await ReverseAsync(admin, charge)).Refusal!.Code);
    }

    [Fact]
    public async Task A_failed_job_has_nothing_left_to_give_back()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT charge_credits($1, 'video', 5, 'k')", user);
        var charge = await LastEntryAsync(user);
        await Database.ExecuteAsync("SELECT fail_job(id) FROM credits.jobs WHERE user_id = $1", user);

        Assert.Equal(RefusalCode.AlreadyReversed, (await ReverseAsync(await AdminAsync(), charge)).Refusal!.Code);
    }

    [Fact]
    public async Task Other_entries_are_not_reversed_here()
    {
        var user = await Database.SignUpAsync();
        var admin = await AdminAsync();
        var grant = await LastEntryAsync(user);
        await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500)", user);
        var purchase = await LastEntryAsync(user);
        await Database.ExecuteAsync("SELECT fail_job(id) FROM charge_credits($1, 'video', 5, 'k')", user);
        var refund = await LastEntryAsync(user);

        foreach (var entry in new[] { grant, purchase, refund, long.MaxValue })
        {
            Assert.Equal(RefusalCode.NotReversible, (await ReverseAsync(admin, entry)).Refusal!.Code);
        }

        Assert.Equal((5, 5), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Above_the_limit_a_reversal_waits_and_a_rejected_one_leaves_the_entry_free_for_another()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var asked = await WaitingAsync(ana, user);
        var entry = (await ApproveAsync(bo, asked)).Value!.EntryId!.Value;

        var first = (await ReverseAsync(ana, entry)).Value!;
        var meanwhile = (await ReverseAsync(bo, entry)).Refusal!;
        await RejectAsync(bo, first.Id);
        var second = (await ReverseAsync(ana, entry)).Value!;
        var approved = await ApproveAsync(bo, second.Id);

        Assert.True(first.Waits && second.Waits && approved.Done);
        Assert.Equal((RefusalCode.AlreadyReversed, "pending"), (meanwhile.Code, meanwhile.Text("status")));
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }
}
