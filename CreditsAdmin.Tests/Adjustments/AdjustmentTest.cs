using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>Admins who adjust, approve and reverse as the console does. The limit is the default of 10,000 credits.</summary>
public abstract class AdjustmentTest(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    protected const string Adjust = "SELECT id FROM adjust_credits($1, $2, $3, 'A mistake', $4)";

    private AdjustmentCommands Commands => new(Database.Credits);

    protected async Task<Guid> AdminAsync(string role = "admin")
    {
        var id = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT set_staff($1, $2)", id, role);
        return id;
    }

    protected Task<CreditResult<AdjustmentOutcome>> AdjustAsync(
        Guid admin, Guid user, long delta, string category = "paid", string? key = null) => Commands.AdjustAsync(
            new(user, delta, category, "A mistake", key ?? Guid.NewGuid().ToString()), Caller.Staff(admin, "test"), Cancel);

    protected Task<CreditResult<AdjustmentOutcome>> ApproveAsync(Guid admin, Guid adjustment) =>
        Commands.ApproveAsync(adjustment, Caller.Staff(admin, "test"), Cancel);

    protected Task<CreditResult<AdjustmentOutcome>> RejectAsync(Guid admin, Guid adjustment, string reason = "No need") =>
        Commands.RejectAsync(adjustment, reason, Caller.Staff(admin, "test"), Cancel);

    protected Task<CreditResult<AdjustmentOutcome>> ReverseAsync(Guid admin, long entry, string? key = null) =>
        Commands.ReverseAsync(entry, "A mistake", key ?? Guid.NewGuid().ToString(), Caller.Staff(admin, "test"), Cancel);

    protected Task<CreditResult<AdjustmentOutcome>> RefundAsync(Guid admin, Guid job, long? credits, string? key = null) =>
        Commands.RefundAsync(job, credits, "A bad image", key ?? Guid.NewGuid().ToString(), Caller.Staff(admin, "test"), Cancel);

    /// <summary>Asks for more than the limit, so that it waits.</summary>
    protected async Task<Guid> WaitingAsync(Guid admin, Guid user, long delta = 10_001)
    {
        var asked = await AdjustAsync(admin, user, delta);
        Assert.True(asked.Value!.Waits);
        return asked.Value.Id;
    }

    protected Task<string> StatusAsync(Guid adjustment) =>
        Database.ScalarAsync<string>("SELECT status FROM credits.adjustments WHERE id = $1", adjustment);

    protected Task<long> LastEntryAsync(Guid user) =>
        Database.ScalarAsync<long>("SELECT max(id) FROM credits.ledger_entries WHERE user_id = $1", user);
}
