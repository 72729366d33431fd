using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>charge_credits, as SQL callers meet it.</summary>
public class ChargeCreditsTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Charge = "SELECT * FROM charge_credits($1, $2, $3, $4)";

    [Fact]
    public async Task A_charge_takes_free_credits_before_paid_ones()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 10);

        var job = await Database.RowAsync(Charge, user, "video", 8L, "k");

        Assert.Equal((0, 7), await Database.BalanceAsync(user));
        Assert.Equal(7, job.GetProperty("available").GetInt64());
        Assert.Equal("pending", job.GetProperty("status").GetString());
        Assert.False(job.GetProperty("replayed").GetBoolean());
    }

    [Fact]
    public async Task The_same_request_again_returns_the_first_result_though_the_job_moved_on()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 0);
        var first = await Database.RowAsync(Charge, user, "image", 2L, "k");
        await Database.ExecuteAsync("SELECT fail_job($1)", first.GetProperty("id").GetGuid());

        var again = await Database.RowAsync(Charge, user, "image", 2L, "k");

        foreach (var column in first.EnumerateObject().Where(column => column.Name != "replayed"))
        {
            Assert.Equal(column.Value.ToString(), again.GetProperty(column.Name).ToString());
        }

        Assert.True(again.GetProperty("replayed").GetBoolean());
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("video", 1, "{}")]
    [InlineData("image", 2, "{}")]
    [InlineData("image", 1, """{"prompt": "a cat"}""")]
    public async Task A_key_that_was_used_for_another_request_is_refused(string operation, long cost, string metadata)
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync(Charge, user, "image", 1L, "k");

        var refusal = await Database.RefusalAsync(
            "SELECT charge_credits($1, $2, $3, 'k', $4::jsonb)", user, operation, cost, metadata);

        Assert.Equal("CR005", refusal);
        Assert.Equal((4, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Two_users_may_use_the_same_key()
    {
        var (ana, bo) = (await Database.SignUpAsync(), await Database.SignUpAsync());

        await Database.ExecuteAsync(Charge, ana, "image", 1L, "k");
        await Database.ExecuteAsync(Charge, bo, "image", 1L, "k");

        Assert.Equal(((4, 0), (4, 0)), (await Database.BalanceAsync(ana), await Database.BalanceAsync(bo)));
    }

    [Theory]
    [InlineData(-1000, "k", "image", "CR003")]
    [InlineData(0, "k", "image", "CR003")]
    [InlineData(1000000000001, "k", "image", "CR003")]
    [InlineData(6, "k", "image", "CR001")]
    [InlineData(1, "", "image", "CR004")]
    [InlineData(1, "two words", "image", "CR004")]
    [InlineData(1, "k\n", "image", "CR004")]
    [InlineData(1, "k", " ", "CR013")]
    [InlineData(1, "k", "a\u0007b", "CR013")]
    public async Task What_cannot_be_charged_is_refused_and_changes_nothing(long cost, string key, string operation, string code)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal(code, await Database.RefusalAsync(Charge, user, operation, cost, key));

        Assert.Equal((5, 0), await Database.BalanceAsync(user));
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.jobs WHERE user_id = $1", user));
    }

    [Fact]
    public async Task A_key_of_256_characters_is_refused_and_one_of_255_is_not()
    {
        var user = await Database.SignUpAsync();

        Assert.Equal("CR004", await Database.RefusalAsync(Charge, user, "image", 1L, new string('k', 256)));
        Assert.Null(await Database.RefusalAsync(Charge, user, "image", 1L, new string('k', 255)));
    }

    [Fact]
    public async Task An_unknown_user_is_refused()
    {
        Assert.Equal("CR002", await Database.RefusalAsync(Charge, Guid.NewGuid(), "image", 1L, "k"));
    }

    [Theory]
    [InlineData("user:00000000-0000-0000-0000-000000000001", "api")]
    [InlineData("key:00000000-0000-0000-0000-000000000001", "api")]
    [InlineData("staff:00000000-0000-0000-0000-000000000001", "console")]
    [InlineData("anybody", "api")]
    public async Task Who_may_not_charge_is_refused_by_the_database(string actor, string via)
    {
        var user = await Database.SignUpAsync();

        Assert.Equal("CR012", await Database.RefusalAsync(
            "SELECT charge_credits($1, 'image', 1, 'k', '{}', $2, $3)", user, actor, via));
    }

    [Fact]
    public async Task A_refused_key_can_be_used_once_there_are_credits()
    {
        var user = await Database.SignUpAsync(free: 1, paid: 0);
        Assert.Equal("CR001", await Database.RefusalAsync(Charge, user, "image", 3L, "k"));
        await Database.ExecuteAsync("SELECT grant_credits($1, 2, 'paid', 'bought', 'g')", user);

        Assert.Null(await Database.RefusalAsync(Charge, user, "image", 3L, "k"));

        Assert.Equal((0, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Of_64_charges_at_once_with_one_key_one_is_made_and_all_return_it()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 100);

        var jobs = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(
            () => Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 3, 'k')", user))));

        Assert.Single(jobs.Distinct());
        Assert.Equal((2, 100), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Charges_at_once_never_spend_more_than_there_is()
    {
        var user = await Database.SignUpAsync(free: 5, paid: 5);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(
            () => Database.RefusalAsync(Charge, user, "image", 1L, $"k{i}"))));

        Assert.Equal(10, refusals.Count(refusal => refusal is null));
        Assert.Equal(30, refusals.Count(refusal => refusal == "CR001"));
        Assert.Equal((0, 0), await Database.BalanceAsync(user));
    }
}
