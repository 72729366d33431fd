using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>What waits for a second admin: approve_adjustment, reject_adjustment and expire_adjustments.</summary>
public class ApprovalTests(DatabaseFixture fixture) : AdjustmentTest(fixture)
{
    [Fact]
    public async Task Above_the_limit_nothing_moves_before_a_second_admin_approves()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var asked = await AdjustAsync(ana, user, 10_001, key: "k");
        Assert.Equal(((string?)"pending", null, null), (asked.Value?.Status, asked.Value?.EntryId, asked.Value?.Available));
        Assert.Equal((5, 0), await Database.BalanceAsync(user));

        var approved = await ApproveAsync(bo, asked.Value!.Id);
        var again = await ApproveAsync(bo, asked.Value.Id);

        Assert.Equal(("posted", 10_006), (approved.Value!.Status, approved.Value.Available));
        Assert.Equal(approved.Value with { Replayed = true }, again.Value);
        Assert.Equal(asked.Value with { Replayed = true }, (await AdjustAsync(ana, user, 10_001, key: "k")).Value);
        Assert.Equal((5, 10_001), await Database.BalanceAsync(user));
        Assert.Equal($"staff:{bo}", await Database.ScalarAsync<string>(
            "SELECT actor FROM credits.entries WHERE adjustment_id = $1", asked.Value.Id));
    }

    [Fact]
    public async Task Nobody_approves_their_own_request_nor_one_for_their_own_account()
    {
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var own = await WaitingAsync(ana, await Database.SignUpAsync());
        var forBo = await WaitingAsync(ana, bo);

        Assert.Equal(RefusalCode.SecondPersonNeeded, (await ApproveAsync(ana, own)).Refusal!.Code);
        Assert.Equal(RefusalCode.SecondPersonNeeded, (await ApproveAsync(bo, forBo)).Refusal!.Code);
        Assert.Equal(RefusalCode.Forbidden, (await ApproveAsync(await AdminAsync("support"), own)).Refusal!.Code);
        Assert.Equal("CR023", await Database.RefusalAsync("SELECT approve_adjustment($1)", own));
        Assert.Equal("CR023", await Database.RefusalAsync("SELECT approve_adjustment($1, 'cli:bo', 'cli')", own));
        Assert.Equal("pending", await StatusAsync(own));
    }

    [Fact]
    public async Task One_credit_for_ones_own_account_needs_a_second_admin_too()
    {
        var (ana, bo) = (await AdminAsync(), await AdminAsync());

        var asked = await AdjustAsync(ana, ana, 1);

        Assert.True(asked.Value!.Waits);
        Assert.True((await ApproveAsync(bo, asked.Value.Id)).Done);
    }

    [Fact]
    public async Task Two_admins_at_once_approve_once_in_each_of_200_rounds()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo, cy) = (await AdminAsync(), await AdminAsync(), await AdminAsync());
        for (var round = 0; round < 200; round++)
        {
            var adjustment = await WaitingAsync(ana, user);

            var outcomes = await Task.WhenAll(ApproveAsync(bo, adjustment), ApproveAsync(cy, adjustment));

            Assert.Single(outcomes, outcome => outcome.Done);
            Assert.Equal(RefusalCode.AdjustmentAlreadyDecided, outcomes.Single(outcome => !outcome.Done).Refusal!.Code);
        }

        Assert.Equal((5, 200 * 10_001), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Approval_and_rejection_at_once_have_one_winner()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo, cy) = (await AdminAsync(), await AdminAsync(), await AdminAsync());
        var posted = 0;
        for (var round = 0; round < 50; round++)
        {
            var adjustment = await WaitingAsync(ana, user);
            // Whoever begins first would win nearly always.
            CreditResult<AdjustmentOutcome>[] outcomes = round % 2 == 0
                ? await Task.WhenAll(ApproveAsync(bo, adjustment), RejectAsync(cy, adjustment))
                : await Task.WhenAll(RejectAsync(cy, adjustment), ApproveAsync(bo, adjustment));

            var winner = Assert.Single(outcomes, outcome => outcome.Done);
            Assert.Equal(winner.Value!.Status, await StatusAsync(adjustment));
            if (winner.Value.Status == "posted") posted++;
        }

        Assert.Equal((5, posted * 10_001), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_rejected_request_moves_nothing_and_may_be_withdrawn_by_whoever_asked()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var (first, second) = (await WaitingAsync(ana, user), await WaitingAsync(ana, user));

        Assert.Equal(RefusalCode.InvalidInput, (await RejectAsync(bo, first, " ")).Refusal!.Code);
        Assert.True((await RejectAsync(bo, first)).Done);
        Assert.True((await RejectAsync(bo, first)).Value!.Replayed);
        Assert.True((await RejectAsync(ana, second)).Done);

        Assert.Equal(RefusalCode.AdjustmentAlreadyDecided, (await ApproveAsync(bo, second)).Refusal!.Code);
        Assert.Equal(RefusalCode.AdjustmentAlreadyDecided, (await RejectAsync(bo, first, "Another reason")).Refusal!.Code);
        Assert.Equal(RefusalCode.UnknownAdjustment, (await ApproveAsync(bo, Guid.NewGuid())).Refusal!.Code);
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task What_is_asked_for_is_checked_again_when_it_is_approved()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 20_000);
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var adjustment = await WaitingAsync(ana, user, -15_000);
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 8000, 'k')", user);

        var refusal = (await ApproveAsync(bo, adjustment)).Refusal!;

        Assert.Equal((RefusalCode.InsufficientCredits, 3_000), (refusal.Code, refusal.Number("shortfall")));
        Assert.Equal("pending", await StatusAsync(adjustment));
        Assert.Equal(RefusalCode.InsufficientCredits, (await AdjustAsync(ana, user, -12_001)).Refusal!.Code);
    }

    [Fact]
    public async Task What_nobody_decides_within_a_day_expires()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        var (old, young) = (await WaitingAsync(ana, user), await WaitingAsync(ana, user));
        await AgeAsync(old, "24 hours");
        await AgeAsync(young, "23 hours 59 minutes");

        var late = (await ApproveAsync(bo, old)).Refusal!;
        Assert.Equal((RefusalCode.AdjustmentAlreadyDecided, "expired"), (late.Code, late.Text("status")));
        await new AdjustmentCommands(Database.Credits).ExpireAsync(100, Cancel);

        Assert.Equal(("expired", "pending"), (await StatusAsync(old), await StatusAsync(young)));
        Assert.Equal(RefusalCode.AdjustmentAlreadyDecided, (await RejectAsync(bo, old)).Refusal!.Code);
        Assert.True((await ApproveAsync(bo, young)).Done);
    }

    // What was asked for cannot be changed, so its guard goes to sleep for a moment.
    private async Task AgeAsync(Guid adjustment, string age)
    {
        await Database.ExecuteAsync("ALTER TABLE credits.adjustments DISABLE TRIGGER guard_adjustment");
        await Database.ExecuteAsync("UPDATE credits.adjustments SET requested_at = requested_at - $2::interval, "
            + "deadline = deadline - $2::interval WHERE id = $1", adjustment, age);
        await Database.ExecuteAsync("ALTER TABLE credits.adjustments ENABLE TRIGGER guard_adjustment");
    }
}
