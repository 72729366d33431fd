using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>What the table refuses even to its owner.</summary>
public class AdjustmentGuardTests(DatabaseFixture fixture) : AdjustmentTest(fixture)
{
    [Theory]
    [InlineData("status = 'posted', decided_at = now()", "23514")] // nobody approved it
    [InlineData("status = 'posted', decided_at = now(), decided_by = requested_by", "23514")]
    [InlineData("status = 'posted', decided_at = now(), decided_by = 'staff:' || user_id", "23514")]
    [InlineData("status = 'posted', decided_at = now(), decided_by = 'cli:somebody'", "23514")]
    [InlineData("status = 'posted', decided_by = 'staff:x'", "23514")] // at no time
    [InlineData("status = 'rejected', decided_at = now(), decided_by = 'staff:x'", "23514")] // without a reason
    [InlineData("status = 'rejected', decided_at = now(), decision_reason = 'No'", "23514")] // by nobody
    [InlineData("status = 'expired', decided_at = now(), decided_by = 'staff:x'", "23514")]
    [InlineData("status = 'forgotten', decided_at = now()", "23514")]
    [InlineData("delta = 1", "42501")]
    [InlineData("approval_limit = 1000000", "42501")]
    [InlineData("requested_by = 'staff:somebody-else'", "42501")]
    [InlineData("deadline = deadline + interval '1 day'", "42501")]
    [InlineData("user_id = gen_random_uuid()", "42501")]
    public async Task A_waiting_request_cannot_be_bent(string change, string code)
    {
        var adjustment = await WaitingAsync(await AdminAsync(), await Database.SignUpAsync());

        Assert.Equal(code, await Database.RefusalAsync($"UPDATE credits.adjustments SET {change} WHERE id = $1", adjustment));
        Assert.Equal("pending", await StatusAsync(adjustment));
    }

    [Theory]
    [InlineData("UPDATE credits.adjustments SET status = 'pending', decided_at = NULL, decided_by = NULL WHERE id = $1")]
    [InlineData("UPDATE credits.adjustments SET decided_by = 'staff:somebody-else' WHERE id = $1")]
    [InlineData("UPDATE credits.adjustments SET reason = 'Another' WHERE id = $1")]
    [InlineData("DELETE FROM credits.adjustments WHERE id = $1")]
    [InlineData("TRUNCATE credits.adjustments")]
    public async Task A_decision_stands(string statement)
    {
        var adjustment = await WaitingAsync(await AdminAsync(), await Database.SignUpAsync());
        await ApproveAsync(await AdminAsync(), adjustment);

        Assert.Equal("42501", statement.Contains("$1", StringComparison.Ordinal)
            ? await Database.RefusalAsync(statement, adjustment)
            : await Database.RefusalAsync(statement));
    }

    [Theory]
    [InlineData("delta", "0", "23514")]
    [InlineData("category", "'gold'", "23514")]
    [InlineData("category", "NULL", "23514")]
    [InlineData("job_id", "gen_random_uuid()", "23514")] // and a category
    [InlineData("delta", "10001", "23514")] // posted above the limit
    [InlineData("approval_limit", "10000000", "42501")]
    [InlineData("decided_by", "'staff:somebody'", "42501")]
    [InlineData("requested_by", "'staff:somebody'", "42501")]
    [InlineData("status", "'rejected'", "42501")]
    [InlineData("reverses", "(SELECT min(id) FROM credits.ledger_entries)", "42501")] // of another user
    [InlineData("idempotency_key", "'taken'", "23505")]
    public async Task A_request_cannot_be_made_up(string column, string value, string code)
    {
        await Database.SignUpAsync();
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync(Adjust, user, 1L, "paid", "taken");
        var made = new Dictionary<string, string>
        {
            ["user_id"] = "a.user_id",
            ["category"] = "a.category",
            ["delta"] = "a.delta",
            ["reason"] = "a.reason",
            ["status"] = "'posted'",
            ["caller_id"] = "a.caller_id",
            ["requested_by"] = "a.requested_by",
            ["requested_at"] = "now()",
            ["deadline"] = "now() + interval '1 day'",
            ["approval_limit"] = "a.approval_limit",
            ["decided_at"] = "now()",
            ["idempotency_key"] = "'new'",
            ["request"] = "a.request",
            [column] = value,
        };

        Assert.Equal(code, await Database.RefusalAsync(
            $"INSERT INTO credits.adjustments ({string.Join(", ", made.Keys)}) "
            + $"SELECT {string.Join(", ", made.Values)} FROM credits.adjustments a WHERE a.user_id = $1", user));
    }

    [Fact]
    public async Task An_entry_is_reversed_by_one_entry()
    {
        var user = await Database.SignUpAsync();
        var admin = await AdminAsync();
        var entry = (await AdjustAsync(admin, user, 7)).Value!.EntryId!.Value;
        await ReverseAsync(admin, entry);

        Assert.Equal("23505", await Database.RefusalAsync(
            "INSERT INTO credits.ledger_entries (user_id, seq, kind, delta, free_delta, balance_after, free_after, adjustment_id, "
            + "caller_id, reverses_id) SELECT user_id, 4, 'adjustment', 1, 1, 6, 6, gen_random_uuid(), caller_id, reverses_id "
            + "FROM credits.ledger_entries WHERE reverses_id = $1", entry));
    }
}
