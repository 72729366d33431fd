using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>Each invariant is broken past every constraint and trigger, and named: that one and no other. All in a
/// transaction that is rolled back.</summary>
public class CheckLedgerTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string NobodysId = "00000000-0000-4000-8000-000000000000";

    [Fact]
    public async Task The_invariants_are_these()
    {
        Assert.Equal("I1 I2 I3 I4 I5 I6 I7 I9 I10 I11 I12 I13 I14 I15", await Names("NULL"));
        Assert.Equal("I1 I2 I3 I4 I5 I6 I7 I9 I10 I12 I13 I14 I15", await Names("0"));

        Task<string> Names(string since) => Database.ScalarAsync<string>(
            $"SELECT string_agg(invariant, ' ' ORDER BY substr(invariant, 2)::int) FROM check_ledger({since})");
    }

    [Fact]
    public async Task I1_a_balance_that_is_not_the_sum_of_its_ledger()
    {
        // One account more, another one less: the total of all of them is right.
        var (ana, bo) = (await Database.SignUpAsync(), await Database.SignUpAsync());

        await AssertNamedAsync("I1", "I1",
            $"UPDATE credits.accounts SET free = free + CASE user_id WHEN '{ana}' THEN 1 ELSE -1 END WHERE user_id IN ('{ana}', '{bo}')");
        await AssertNamedAsync("I1", "I1", $"UPDATE credits.accounts SET free = free - 1, paid = paid + 1 WHERE user_id = '{ana}'");
    }

    [Theory]
    [InlineData("UPDATE credits.ledger_entries SET balance_after = 105 WHERE seq = 1 AND user_id = ")]
    [InlineData("UPDATE credits.ledger_entries SET free_after = 4 WHERE seq = 1 AND user_id = ")]
    [InlineData("UPDATE credits.ledger_entries SET seq = 3 WHERE seq = 2 AND user_id = ")]
    [InlineData("UPDATE credits.accounts SET version = version + 1 WHERE user_id = ")]
    public async Task I2_an_entry_that_does_not_follow_the_one_before_it(string statement)
    {
        var (user, _) = await JobAsync(cost: 2);

        await AssertNamedAsync(statement.Contains("seq = 3", StringComparison.Ordinal) ? "I2 I6" : "I2", null, $"{statement} '{user}'");
    }

    [Fact]
    public async Task I3_a_balance_below_zero()
    {
        var (user, job) = await JobAsync(cost: 2);

        // Everything fits together, but for the sign.
        await AssertNamedAsync("I3", "I3",
            "ALTER TABLE credits.accounts DROP CONSTRAINT accounts_free_is_never_negative",
            "ALTER TABLE credits.ledger_entries DROP CONSTRAINT ledger_entries_balance_is_never_negative",
            $"UPDATE credits.jobs SET cost = 9, free_cost = 9 WHERE id = '{job}'",
            "UPDATE credits.ledger_entries SET delta = -9, free_delta = -9, balance_after = -4, free_after = -4 "
            + $"WHERE job_id = '{job}'",
            $"UPDATE credits.accounts SET free = -4 WHERE user_id = '{user}'");
    }

    [Fact]
    public async Task I4_a_job_that_took_or_gave_back_something_else()
    {
        var ((user, two), (_, three)) = (await JobAsync(cost: 2), await JobAsync(cost: 3));
        var ((_, less), (_, full)) = (await JobAsync(cost: 2), await JobAsync(cost: 2));
        await Database.ExecuteAsync("SELECT complete_job($1, 1), complete_job($2, 2)", less, full);

        await AssertNamedAsync("I4", null, $"UPDATE credits.jobs SET refunded = 1 - refunded WHERE id IN ('{less}', '{full}')");
        await AssertNamedAsync("I4", "I4", "ALTER TABLE credits.jobs DROP CONSTRAINT jobs_free_cost_is_part_of_cost",
            $"UPDATE credits.jobs SET cost = 5 - cost WHERE id IN ('{two}', '{three}')");
        await AssertNamedAsync("I4", "I4", "ALTER TABLE credits.jobs DROP CONSTRAINT jobs_failed_means_all_given_back",
            $"UPDATE credits.jobs SET status = 'failed' WHERE id = '{full}'");
        await AssertNamedAsync("I4", "I4", $"UPDATE credits.jobs SET user_id = '{NobodysId}' WHERE id = '{two}'");
        await AssertNamedAsync("I4 I11", "I4", $"DELETE FROM credits.jobs WHERE id = '{two}'");
        Assert.NotEqual(Guid.Empty, user);
    }

    [Fact]
    public async Task I5_a_job_whose_free_part_is_not_what_the_ledger_moved()
    {
        var (_, job) = await JobAsync(cost: 3);
        await AssertNamedAsync("I5", "I5", $"UPDATE credits.jobs SET free_cost = 2 WHERE id = '{job}'");

        // Given back to the free part although paid credits had been spent: the sum is right, the parts are not.
        var payer = await Database.SignUpAsync(free: 0, paid: 9);
        var paid = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 4, 'k')", payer);
        await Database.ExecuteAsync("SELECT fail_job($1)", paid);
        await AssertNamedAsync("I5", "I5",
            $"UPDATE credits.ledger_entries SET free_delta = 4, free_after = 4 WHERE kind = 'refund' AND job_id = '{paid}'",
            $"UPDATE credits.accounts SET free = 4, paid = 5 WHERE user_id = '{payer}'");
    }

    [Fact]
    public async Task I6_two_jobs_for_one_key()
    {
        var (user, _) = await JobAsync(cost: 1);
        var second = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 1, 'another')", user);

        await AssertNamedAsync("I6", "I6", "DROP INDEX credits.jobs_request_counts_once",
            $"UPDATE credits.jobs SET idempotency_key = credits.pack_key('k') WHERE id = '{second}'");
        await AssertNamedAsync("I6", null, $"UPDATE credits.jobs SET charge_seq = charge_seq + 1 WHERE id = '{second}'");
    }

    [Theory]
    [InlineData("UPDATE credits.receipts SET credits = credits + 1 WHERE reference LIKE '1%' AND user_id = ")]
    [InlineData("UPDATE credits.receipts SET credits = NULL, decided_by = NULL, decided_at = NULL, status = 'pending' "
        + "WHERE reference LIKE '1%' AND user_id = ")]
    [InlineData("UPDATE credits.grants SET receipt_id = NULL, source = 'manual', idempotency_key = id::text, reason = 'x' "
        + "WHERE source = 'receipt' AND user_id = ")]
    [InlineData("UPDATE credits.receipts SET reference = '1' || substr(reference, 2) WHERE reference LIKE '2%' AND user_id = ")]
    public async Task I7_a_receipt_that_was_not_credited_as_it_says(string statement)
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500, $2), record_receipt($1, 5, 500, $3)", user, $"1{user}", $"2{user}");

        var named = await PlantedAsync(null, "DROP INDEX credits.receipts_reference_is_unique", $"{statement} '{user}'");

        Assert.Equal(statement.Contains("'manual'", StringComparison.Ordinal) ? "I7 I9" : "I7", named);
    }

    [Fact]
    public async Task I9_an_entry_without_its_caller_and_a_decision_without_its_audit_row()
    {
        var (user, job) = await JobAsync(cost: 1);
        await Database.ExecuteAsync("SELECT record_receipt($1, 5, 500), grant_credits($1, 1, 'paid', 'why', 'g')", user);

        await AssertNamedAsync("I9", "I9", $"UPDATE credits.ledger_entries SET caller_id = 0 WHERE kind = 'grant' AND user_id = '{user}'");
        await AssertNamedAsync("I9", "I9", $"UPDATE credits.jobs SET caller_id = 0 WHERE id = '{job}'");
        await AssertNamedAsync("I9", "I9", $"DELETE FROM credits.audit_log WHERE action = 'credits.grant' AND user_id = '{user}'");
        await AssertNamedAsync("I9", "I9", $"DELETE FROM credits.audit_log WHERE action = 'receipt.verify' AND user_id = '{user}'");
    }

    [Fact]
    public async Task I11_credits_that_nothing_explains()
    {
        var user = await Database.SignUpAsync(free: 3, paid: 0);

        await AssertNamedAsync("I11 I14", "I14", $"UPDATE credits.grants SET credits = 4 WHERE user_id = '{user}'");
    }

    [Fact]
    public async Task I12_a_job_that_nobody_ended()
    {
        var (_, job) = await JobAsync(cost: 1);

        await AssertNamedAsync("I12", "I12", $"UPDATE credits.jobs SET deadline = now() - interval '16 minutes' WHERE id = '{job}'");
        await AssertNamedAsync("", "", $"UPDATE credits.jobs SET deadline = now() - interval '14 minutes' WHERE id = '{job}'");
    }

    [Theory]
    [InlineData("UPDATE credits.grants SET remaining = 2 WHERE user_id = ")]
    [InlineData("UPDATE credits.lot_remains SET seq = seq + 1 WHERE user_id = ")]
    [InlineData("DELETE FROM credits.lot_remains WHERE user_id = ")]
    [InlineData("UPDATE credits.grants SET status = 'scheduled', remaining = 0 WHERE user_id = ")]
    public async Task I14_a_lot_that_is_not_what_its_past_says(string statement)
    {
        var user = await Database.SignUpAsync(free: 3, paid: 0);

        await AssertNamedAsync("I14", "I14", $"{statement} '{user}'");
    }

    [Theory]
    [InlineData("I15", "", "UPDATE credits.usage_accruals SET owed = owed + 0.000000000000001 WHERE user_id = ")]
    [InlineData("I15", "", "DELETE FROM credits.usage_accruals WHERE user_id = ")]
    [InlineData("I15", "", "UPDATE credits.usage_records SET billed = billed + 0.01 WHERE user_id = ")]
    [InlineData("I15", "", "UPDATE credits.usage_records SET credits = 2 WHERE user_id = ")]
    [InlineData("I15", "I15", "UPDATE credits.usage_charges SET credits = 2 WHERE user_id = ")]
    [InlineData("I15", "", "DELETE FROM credits.usage_charges WHERE user_id = ")]
    public async Task I15_usage_that_is_not_what_was_charged_and_is_owed(string full, string recent, string statement)
    {
        await Database.ExecuteAsync("SELECT set_price('p', 'm', 1, p_effective_from => '2020-01-01Z')");
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT record_usage($1, 'p', 'm', 'k', 1500000)", user);

        await AssertNamedAsync(full, recent, $"{statement} '{user}'");
    }

    private async Task<(Guid User, Guid Job)> JobAsync(long cost)
    {
        var user = await Database.SignUpAsync();
        return (user, await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', $2, 'k')", user, cost));
    }

    // What a recent check from the beginning names is given when it is the same thing to look for.
    private async Task AssertNamedAsync(string full, string? recent, params string[] statements)
    {
        Assert.Equal(full, await PlantedAsync(null, statements));
        if (recent is not null) Assert.Equal(recent, await PlantedAsync(0, statements));
    }

    private async Task<string> PlantedAsync(long? since, params string[] statements)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var plant = new NpgsqlCommand(
            $"SET LOCAL session_replication_role = replica; {string.Join(';', statements)}", connection);
        await plant.ExecuteNonQueryAsync(Cancel);
        return string.Join(' ', (await Laws.BrokenAsync(connection, since)).Keys);
    }
}
