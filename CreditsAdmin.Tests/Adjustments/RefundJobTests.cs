using CreditsAdmin.Data;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>refund_job: credits of completed jobs that staff give back.</summary>
public class RefundJobTests(DatabaseFixture fixture) : AdjustmentTest(fixture)
{
    [Theory]
    [InlineData(1L, 0, 8)] // paid credits go back first …
    [InlineData(3L, 0, 10)]
    [InlineData(4L, 1, 10)] // … and then free ones
    [InlineData(null, 5, 10)]
    public async Task A_refund_leaves_what_a_charge_of_the_rest_would_have_left(long? credits, long free, long paid)
    {
        var (user, job) = await CompletedAsync(free: 5, paid: 10, cost: 8);

        var refund = await RefundAsync(await AdminAsync(), job, credits);

        Assert.True(refund.Done);
        Assert.Equal((free, paid), await Database.BalanceAsync(user));
        Assert.Equal(credits ?? 8, await Database.ScalarAsync<long>("SELECT refunded FROM public.jobs WHERE id = $1", job));
    }

    [Fact]
    public async Task Several_refunds_give_back_all_and_never_more()
    {
        var (user, job) = await CompletedAsync(free: 5, paid: 10, cost: 8, actual: 7);
        var admin = await AdminAsync();

        await RefundAsync(admin, job, 3);
        var tooMuch = (await RefundAsync(admin, job, 5)).Refusal!;
        await RefundAsync(admin, job, 4);

        Assert.Equal((RefusalCode.InvalidAmount, 4), (tooMuch.Code, tooMuch.Number("left")));
        Assert.Equal(RefusalCode.AlreadyReversed, (await RefundAsync(admin, job, 1)).Refusal!.Code);
        Assert.Equal((5, 10), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Thirty_refunds_at_once_give_back_no_more_than_the_job_cost()
    {
        var (user, job) = await CompletedAsync(free: 5, paid: 10, cost: 8);
        var admin = await AdminAsync();

        var refunds = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => RefundAsync(admin, job, 1))));

        Assert.Equal(8, refunds.Count(refund => refund.Done));
        Assert.Equal((5, 10), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task The_same_request_again_has_the_first_answer()
    {
        var (user, job) = await CompletedAsync(free: 5, paid: 10, cost: 8);
        var admin = await AdminAsync();
        var first = await RefundAsync(admin, job, 2, "k");
        await RefundAsync(admin, job, 3);
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 1, 'later')", user);

        Assert.Equal(first.Value! with { Replayed = true }, (await RefundAsync(admin, job, 2, "k")).Value);
        Assert.Equal(RefusalCode.IdempotencyKeyReuse, (await RefundAsync(admin, job, null, "k")).Refusal!.Code);
    }

    [Fact]
    public async Task Completing_again_answers_as_it_did_before_the_refund()
    {
        var (_, job) = await CompletedAsync(free: 5, paid: 10, cost: 8, actual: 6);
        const string complete = "SELECT * FROM complete_job($1, 6)";
        var before = await Database.RowAsync(complete, job);
        await RefundAsync(await AdminAsync(), job, 2);

        Assert.Equal(before.ToString(), (await Database.RowAsync(complete, job)).ToString());
        Assert.Equal("CR007", await Database.RefusalAsync("SELECT complete_job($1, 4)", job));
        Assert.Equal("CR007", await Database.RefusalAsync("SELECT fail_job($1)", job));
    }

    [Fact]
    public async Task Only_completed_jobs_are_refunded_and_only_by_admins()
    {
        var (user, job) = await CompletedAsync(free: 5, paid: 10, cost: 8);
        var open = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 1, 'open')", user);
        var admin = await AdminAsync();

        Assert.Equal(RefusalCode.NotReversible, (await RefundAsync(admin, open, null)).Refusal!.Code);
        await Database.ExecuteAsync("SELECT fail_job($1)", open);
        Assert.Equal(RefusalCode.AlreadyReversed, (await RefundAsync(admin, open, null)).Refusal!.Code);
        Assert.Equal(RefusalCode.UnknownJob, (await RefundAsync(admin, Guid.NewGuid(), null)).Refusal!.Code);
        Assert.Equal(RefusalCode.InvalidAmount, (await RefundAsync(admin, job, 0)).Refusal!.Code);
        Assert.Equal(RefusalCode.Forbidden, (await RefundAsync(await AdminAsync("support"), job, 1)).Refusal!.Code);
        Assert.Equal("23514", await Database.RefusalAsync("UPDATE credits.jobs SET staff_refunded = 1 WHERE id = $1", job));
        Assert.Equal("23514", await Database.RefusalAsync("UPDATE credits.jobs SET staff_refunded = 1 WHERE id = $1", open));
    }

    [Fact]
    public async Task Above_the_limit_a_refund_waits_and_is_checked_again()
    {
        var (user, job) = await CompletedAsync(free: 0, paid: 30_000, cost: 20_000);
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var large = (await RefundAsync(ana, job, 15_000)).Value!;
        await RefundAsync(ana, job, 6_000);

        var refusal = (await ApproveAsync(bo, large.Id)).Refusal!;
        var rest = (await RefundAsync(ana, job, null)).Value!;

        Assert.True(large.Waits);
        Assert.Equal((RefusalCode.InvalidAmount, 14_000), (refusal.Code, refusal.Number("left")));
        Assert.True((await ApproveAsync(bo, rest.Id)).Done);
        Assert.Equal((0, 30_000), await Database.BalanceAsync(user));
    }

    private async Task<(Guid User, Guid Job)> CompletedAsync(long free, long paid, long cost, long? actual = null)
    {
        var user = await Database.SignUpAsync(free, paid);
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'video', $2, 'k')", user, cost);
        await Database.ExecuteAsync("SELECT complete_job($1, $2)", job, actual ?? cost);
        return (user, job);
    }
}
