using CreditsAdmin.Data;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Receipts;

/// <summary>claim_receipt, verify_receipt, reject_receipt and record_receipt.</summary>
public class ReceiptFunctionsTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Claim = "SELECT id FROM claim_receipt($1, 'bmc', $2, 500)";

    [Fact]
    public async Task A_verified_claim_adds_its_credits_to_the_paid_part()
    {
        var user = await Database.SignUpAsync();
        var receipt = await ClaimedAsync(user);

        await Database.ExecuteAsync("SELECT verify_receipt($1, 5)", receipt);

        Assert.Equal((5, 5), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Two_admins_at_once_verify_a_receipt_once_in_each_of_100_rounds()
    {
        var user = await Database.SignUpAsync();
        var (ana, bo) = (await AdminAsync(), await AdminAsync());
        for (var round = 0; round < 100; round++)
        {
            var receipt = await ClaimedAsync(user);

            var outcomes = await Task.WhenAll(VerifyAsync(receipt, 5, ana), VerifyAsync(receipt, 5, bo));

            Assert.Single(outcomes, outcome => outcome.Done);
            Assert.Equal(RefusalCode.ReceiptAlreadyDecided, outcomes.Single(outcome => !outcome.Done).Refusal!.Code);
        }

        Assert.Equal((5, 500), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task The_same_admin_twice_is_one_verification()
    {
        var user = await Database.SignUpAsync();
        var receipt = await ClaimedAsync(user);
        var admin = await AdminAsync();

        var first = await VerifyAsync(receipt, 5, admin);
        var second = await VerifyAsync(receipt, 5, admin);
        var other = await VerifyAsync(receipt, 6, admin);

        Assert.False(first.Value!.Replayed);
        Assert.Equal(first.Value with { Replayed = true }, second.Value);
        Assert.Equal(RefusalCode.ReceiptAlreadyDecided, other.Refusal!.Code);
        Assert.Equal((5, 5), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_rejected_claim_adds_nothing_and_says_why()
    {
        var user = await Database.SignUpAsync();
        var receipt = await ClaimedAsync(user);

        Assert.Equal("CR013", await Database.RefusalAsync("SELECT reject_receipt($1, ' ')", receipt));
        await Database.ExecuteAsync("SELECT reject_receipt($1, 'No such payment')", receipt);

        Assert.Equal("CR010", await Database.RefusalAsync("SELECT verify_receipt($1, 5)", receipt));
        Assert.Equal("CR010", await Database.RefusalAsync("SELECT reject_receipt($1, 'Another reason')", receipt));
        Assert.Null(await Database.RefusalAsync("SELECT reject_receipt($1, 'No such payment')", receipt));
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_reference_counts_once_however_it_is_written()
    {
        var (ana, bo) = (await Database.SignUpAsync(), await Database.SignUpAsync());
        var first = await Database.ScalarAsync<Guid>(Claim, ana, "BMC-777");

        Assert.Equal(first, await Database.ScalarAsync<Guid>(Claim, ana, " bmc 777"));
        Assert.Equal("CR011", await Database.RefusalAsync(Claim, bo, "#bmc_777"));
        Assert.Equal("CR011", await Database.RefusalAsync("SELECT record_receipt($1, 5, 500, 'bmc777')", bo));
    }

    [Fact]
    public async Task A_rejected_claim_leaves_the_reference_to_its_true_owner()
    {
        var (thief, owner) = (await Database.SignUpAsync(), await Database.SignUpAsync());
        var claim = await Database.ScalarAsync<Guid>(Claim, thief, "BMC-888");
        await Database.ExecuteAsync("SELECT reject_receipt($1, 'Not yours')", claim);

        Assert.Null(await Database.RefusalAsync(Claim, owner, "BMC-888"));
    }

    [Fact]
    public async Task Sixteen_claims_of_one_reference_at_once_make_one_receipt()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Database.SignUpAsync()));

        var refusals = await Task.WhenAll(users.Select(user => Task.Run(() => Database.RefusalAsync(Claim, user, "BMC-999"))));

        Assert.Single(refusals, refusal => refusal is null);
        Assert.Equal(15, refusals.Count(refusal => refusal == "CR011"));
    }

    [Theory]
    [InlineData("", 500, "CR013")]
    [InlineData("---", 500, "CR013")]
    [InlineData("BMC-1", 0, "CR003")]
    [InlineData("BMC-1", -500, "CR003")]
    [InlineData("BMC-1", 100000001, "CR003")]
    public async Task What_cannot_be_a_payment_is_refused(string reference, long cents, string code)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal(code, await Database.RefusalAsync("SELECT claim_receipt($1, 'bmc', $2, $3)", user, reference, cents));
    }

    [Fact]
    public async Task Nobody_verifies_their_own_payment()
    {
        var admin = await AdminAsync();
        var receipt = await ClaimedAsync(admin);

        Assert.Equal(RefusalCode.Forbidden, (await VerifyAsync(receipt, 5, admin)).Refusal!.Code);
        Assert.Equal((5, 0), await Database.BalanceAsync(admin));
    }

    [Fact]
    public async Task A_repeated_payment_without_a_reference_is_refused_for_ten_minutes()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500)", user);

        Assert.Equal("CR011", await Database.RefusalAsync("SELECT record_receipt($1, 5, 500)", user));
        Assert.Null(await Database.RefusalAsync("SELECT record_receipt($1, 5, 600)", user));

        Assert.Equal((5, 10), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task What_staff_note_about_a_payment_is_not_shown_to_its_user()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500, 'BMC-noted', 'Looks like a chargeback')", user);

        var seen = await Database.ScalarAsync<string>("SELECT row_to_json(r)::text FROM public.receipts r WHERE user_id = $1", user);

        Assert.DoesNotContain("chargeback", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_waits_with_twenty_claims_and_no_more()
    {
        var user = await Database.SignUpAsync();
        for (var i = 0; i < 20; i++) await ClaimedAsync(user);

        Assert.Equal("CR014", await Database.RefusalAsync(Claim, user, "BMC-one-too-many"));
    }

    private async Task<Guid> ClaimedAsync(Guid user) =>
        await Database.ScalarAsync<Guid>(Claim, user, $"BMC-{Guid.NewGuid():N}");

    private Task<CreditResult<ReceiptOutcome>> VerifyAsync(Guid receipt, long credits, Guid admin) =>
        new ReceiptCommands(Database.Credits).VerifyAsync(receipt, credits, Caller.Staff(admin, "test"), Cancel);

    private async Task<Guid> AdminAsync()
    {
        var id = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT set_staff($1, 'admin')", id);
        return id;
    }
}
