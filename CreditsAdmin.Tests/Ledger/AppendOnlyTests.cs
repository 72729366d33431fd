using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>What the tables refuse even to their owner.</summary>
public class AppendOnlyTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Theory]
    [InlineData("UPDATE credits.ledger_entries SET delta = 1000")]
    [InlineData("DELETE FROM credits.ledger_entries")]
    [InlineData("TRUNCATE credits.ledger_entries")]
    [InlineData("TRUNCATE credits.users CASCADE")]
    [InlineData("UPDATE credits.audit_log SET reason = 'another'")]
    [InlineData("DELETE FROM credits.audit_log")]
    [InlineData("TRUNCATE credits.audit_log")]
    public async Task Ledger_and_audit_cannot_be_changed_and_say_so(string statement)
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT grant_credits($1, 1, 'paid', 'So that there is a row', $2)", user, $"k{user}");

        Assert.Equal("42501", await Database.RefusalAsync(statement));
    }

    [Theory]
    [InlineData(2, "charge", 5, 0, 10, 5)]
    [InlineData(2, "adjustment", 5, -5, 10, 5)]
    [InlineData(2, "adjustment", -9, -9, -4, -4)]
    [InlineData(2, "adjustment", 5, 0, 10, 5)]
    [InlineData(3, "adjustment", 5, 0, 10, 5)]
    [InlineData(2, "adjustment", 1, 1, 7, 6)]
    public async Task An_entry_that_would_break_a_law_is_refused(
        long seq, string kind, long delta, long freeDelta, long balanceAfter, long freeAfter)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal("23514", await Database.RefusalAsync(Insert, user, seq, kind, delta, freeDelta, balanceAfter, freeAfter));
    }

    [Theory]
    [InlineData("UPDATE credits.accounts SET free = free + 1 WHERE user_id = $1")]
    [InlineData("UPDATE credits.accounts SET version = version + 1 WHERE user_id = $1")]
    public async Task A_balance_does_not_move_without_an_entry(string statement)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal("42501", await Database.RefusalAsync(statement, user));
    }

    [Fact]
    public async Task A_number_in_the_ledger_is_taken_once()
    {
        var user = await Database.SignUpAsync();

        Assert.Equal("23505", await Database.RefusalAsync(Insert, user, 1L, "adjustment", 5L, 5L, 5L, 5L));
    }

    private const string Insert =
        "INSERT INTO credits.ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after, adjustment_id, "
        + "job_id, caller_id) SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN $3 = 'adjustment' THEN gen_random_uuid() END, "
        + "CASE WHEN $3 = 'charge' THEN gen_random_uuid() END, "
        + "CASE WHEN $3 = 'adjustment' THEN (SELECT min(id) FROM credits.callers) END";
}
