using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Lots;

/// <summary>void_grant, and what cannot be granted.</summary>
public class VoidGrantTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Void = "SELECT void_grant($1, $2)";

    [Fact]
    public async Task Voiding_takes_what_is_left_and_leaves_what_was_spent()
    {
        var user = await Database.SignUpAsync(free: 10, paid: 7);
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 4, 'c')", user);

        var voided = await Database.RowAsync("SELECT * FROM void_grant($1, 'A mistake', 'once')", await GrantOfAsync(user, "free"));

        Assert.Equal((6, 7), (voided.GetProperty("credits").GetInt64(), voided.GetProperty("available").GetInt64()));
        Assert.Equal((0, 7), await Database.BalanceAsync(user));
        var audit = await Database.RowAsync(
            "SELECT reason, before, after FROM credits.audit_log WHERE user_id = $1 AND action = 'credits.void'", user);
        Assert.Equal("A mistake", audit.GetProperty("reason").GetString());
        Assert.Equal(13, audit.GetProperty("before").GetProperty("available").GetInt64());
        Assert.Equal(7, audit.GetProperty("after").GetProperty("available").GetInt64());
    }

    [Fact]
    public async Task Voided_by_sixteen_at_once_it_is_taken_once_and_all_get_the_same_answer()
    {
        var user = await Database.SignUpAsync(free: 10, paid: 7);
        var grant = await GrantOfAsync(user, "free");

        var entries = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
            Database.ScalarAsync<long>("SELECT entry_id FROM void_grant($1, 'A mistake', 'same')", grant))));

        Assert.Single(entries.Distinct());
        Assert.Equal((0, 7), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_grant_ends_once()
    {
        var user = await Database.SignUpAsync(free: 10, paid: 7);
        var (free, paid) = (await GrantOfAsync(user, "free"), await GrantOfAsync(user, "paid"));
        await Database.ExecuteAsync("SELECT void_grant($1, 'A mistake', 'k')", free);

        Assert.Equal("CR018", await Database.RefusalAsync(Void, free, "Another reason"));
        Assert.Equal("CR005", await Database.RefusalAsync("SELECT void_grant($1, 'A mistake', 'k')", paid));
        Assert.Equal("CR017", await Database.RefusalAsync(Void, Guid.NewGuid(), "A mistake"));
        Assert.Equal("CR013", await Database.RefusalAsync(Void, paid, ""));
        Assert.Equal((0, 7), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_grant_that_has_not_begun_never_will()
    {
        var user = await Database.SignUpAsync(free: 10, paid: 0);
        var grant = await Database.ScalarAsync<Guid>(
            "SELECT id FROM grant_credits($1, 5, 'paid', 'A test', 'k', p_effective_at => now() + interval '1 day')", user);
        await Database.ExecuteAsync(Void, grant, "A mistake");
        await Database.PassAsync(user, TimeSpan.FromDays(2));

        await Database.ExecuteAsync("SELECT post_due_lots()");

        Assert.Equal((10, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_void_of_a_payment_leaves_its_receipt_as_it_answered_before()
    {
        var user = await Database.SignUpAsync();
        var receipt = await Database.ScalarAsync<Guid>("SELECT id FROM claim_receipt($1, 'bmc', $2, 500)", user, $"BMC {user}");
        var first = await Database.RowAsync("SELECT * FROM verify_receipt($1, 20)", receipt);
        await Database.ExecuteAsync("SELECT void_grant(id, 'Charged back') FROM credits.grants WHERE receipt_id = $1", receipt);

        var again = await Database.RowAsync("SELECT * FROM verify_receipt($1, 20)", receipt);

        Assert.Equal(first.GetProperty("entry_id").GetInt64(), again.GetProperty("entry_id").GetInt64());
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("p_expires_at => now() - interval '1 second'")]
    [InlineData("p_expires_at => now() + interval '1 day', p_effective_at => now() + interval '2 days'")]
    [InlineData("p_expires_at => 'infinity'")]
    [InlineData("p_effective_at => now() - interval '1 hour'")]
    [InlineData("p_effective_at => 'infinity'")]
    [InlineData("p_priority => -1")]
    [InlineData("p_priority => 1001")]
    public async Task Times_and_priorities_that_mean_nothing_are_refused(string what)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal("CR013", await Database.RefusalAsync($"SELECT grant_credits($1, 5, 'paid', 'A test', 'k', {what})", user));
    }

    [Fact]
    public async Task The_same_key_means_the_same_times_and_belongs_to_its_caller()
    {
        var user = await Database.SignUpAsync();
        const string call = "SELECT entry_id IS NULL AND available = 5 FROM grant_credits($1, 5, 'paid', 'A test', 'k', $2, 'cli', "
            + "p_effective_at => $3)";
        var (later, other) = (DateTime.UtcNow.AddDays(1), DateTime.UtcNow.AddDays(2));
        Assert.True(await Database.ScalarAsync<bool>(call, user, "cli:ana", later));
        Assert.True(await Database.ScalarAsync<bool>(call, user, "cli:bo", later));
        Assert.Equal("CR005", await Database.RefusalAsync(call, user, "cli:ana", other));
        await Database.PassAsync(user, TimeSpan.FromHours(1));
        Assert.True(await Database.ScalarAsync<bool>(call, user, "cli:ana", later.AddHours(-1)));
        await Database.PassAsync(user, TimeSpan.FromDays(1));

        await Database.ExecuteAsync("SELECT post_due_lots()");

        Assert.Equal((5, 10), await Database.BalanceAsync(user));
        Assert.True(await Database.ScalarAsync<bool>(call, user, "cli:ana", later.AddHours(-25)));
    }

    private Task<Guid> GrantOfAsync(Guid user, string key) => Database.ScalarAsync<Guid>(
        "SELECT id FROM credits.grants WHERE user_id = $1 AND idempotency_key = $2", user, key);
}
