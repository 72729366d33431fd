using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Ledger;

/// <summary>grant_credits.</summary>
public class GrantCreditsTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Theory]
    [InlineData("promotional", 105, 0)]
    [InlineData("paid", 5, 100)]
    public async Task A_grant_adds_to_the_part_of_its_category(string category, long free, long paid)
    {
        var user = await Database.SignUpAsync();

        var grant = await Database.RowAsync(
            "SELECT * FROM grant_credits($1, 100, $2, 'Goodwill', 'k')", user, category);

        Assert.Equal((free, paid), await Database.BalanceAsync(user));
        Assert.Equal(5, grant.GetProperty("available_before").GetInt64());
        Assert.Equal(105, grant.GetProperty("available").GetInt64());
    }

    [Fact]
    public async Task The_same_key_grants_once_however_often_and_fast_it_comes()
    {
        var user = await Database.SignUpAsync();

        var grants = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Database.ScalarAsync<Guid>(
            "SELECT id FROM grant_credits($1, 100, 'paid', 'Goodwill', 'k')", user))));

        Assert.Single(grants.Distinct());
        Assert.Equal((5, 100), await Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData(101, "paid", "Goodwill")]
    [InlineData(100, "promotional", "Goodwill")]
    [InlineData(100, "paid", "Something else")]
    public async Task A_key_of_another_grant_is_refused(long credits, string category, string reason)
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT grant_credits($1, 100, 'paid', 'Goodwill', 'k')", user);

        Assert.Equal("CR005", await Database.RefusalAsync(
            "SELECT grant_credits($1, $2, $3, $4, 'k')", user, credits, category, reason));
    }

    [Theory]
    [InlineData(0, "paid", "Goodwill", "k", "CR003")]
    [InlineData(-5, "paid", "Goodwill", "k", "CR003")]
    [InlineData(5, "gold", "Goodwill", "k", "CR013")]
    [InlineData(5, "paid", "", "k", "CR013")]
    [InlineData(5, "paid", "Goodwill", "", "CR004")]
    public async Task What_cannot_be_granted_is_refused(long credits, string category, string reason, string key, string code)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal(code, await Database.RefusalAsync(
            "SELECT grant_credits($1, $2, $3, $4, $5)", user, credits, category, reason, key));
    }

    [Fact]
    public async Task A_grant_and_its_audit_row_come_together()
    {
        var user = await Database.SignUpAsync();
        var admin = await StaffAsync("admin");

        await GrantAsync(user, admin, "Goodwill");

        var audit = await Database.RowAsync(
            "SELECT actor, via, action, reason, request_id, before, after FROM credits.audit_log WHERE user_id = $1", user);
        Assert.Equal($"staff:{admin}", audit.GetProperty("actor").GetString());
        Assert.Equal("credits.grant", audit.GetProperty("action").GetString());
        Assert.Equal("Goodwill", audit.GetProperty("reason").GetString());
        Assert.Equal("request-1", audit.GetProperty("request_id").GetString());
        Assert.Equal(5, audit.GetProperty("before").GetProperty("available").GetInt64());
        Assert.Equal(55, audit.GetProperty("after").GetProperty("available").GetInt64());
    }

    [Fact]
    public async Task Support_users_and_strangers_cannot_grant_and_nothing_is_written()
    {
        var user = await Database.SignUpAsync();
        foreach (var actor in new[] { await StaffAsync("support"), user, Guid.NewGuid() })
        {
            var grant = await GrantAsync(user, actor, "Goodwill");

            Assert.Equal(RefusalCode.Forbidden, grant.Refusal!.Code);
        }

        Assert.Equal((5, 0), await Database.BalanceAsync(user));
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.audit_log WHERE user_id = $1", user));
    }

    [Fact]
    public async Task A_role_that_was_taken_away_counts_at_once()
    {
        var user = await Database.SignUpAsync();
        var admin = await StaffAsync("admin");
        Assert.True((await GrantAsync(user, admin, "Goodwill")).Done);

        await Database.ExecuteAsync("SELECT set_staff($1, 'support')", admin);

        Assert.Equal(RefusalCode.Forbidden, (await GrantAsync(user, admin, "Again")).Refusal!.Code);
    }

    [Theory]
    [InlineData("SELECT grant_credits($1, 5, 'paid', 'Mine', 'mine', 'staff:' || $1, 'console')")]
    [InlineData("SELECT record_receipt($1, 5, 500, 'MINE-1', NULL, 'staff:' || $1, 'console')")]
    [InlineData("SELECT grant_credits($1, 5, 'paid', 'Mine', 'mine', 'staff:' || upper($1::text), 'console')")]
    public async Task Nobody_credits_themselves_however_they_spell_their_name(string statement)
    {
        var admin = await StaffAsync("admin");

        Assert.Equal("CR012", await Database.RefusalAsync(statement, admin));
    }

    private Task<CreditResult<GrantOutcome>> GrantAsync(Guid user, Guid actor, string reason) =>
        new LedgerCommands(Database.Credits).GrantAsync(
            new(user, 50, "promotional", reason, $"key-{actor}-{reason}"), Caller.Staff(actor, "request-1"), Cancel);

    private async Task<Guid> StaffAsync(string role)
    {
        var id = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT set_staff($1, $2)", id, role);
        return id;
    }
}
