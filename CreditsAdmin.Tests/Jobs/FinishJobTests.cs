using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>complete_job and fail_job.</summary>
public class FinishJobTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task A_failed_job_gives_its_credits_back_to_where_they_came_from()
    {
        var (user, job) = await ChargedAsync(free: 5, paid: 10, cost: 8);

        await Database.ExecuteAsync("SELECT fail_job($1, 'The provider timed out')", job);

        Assert.Equal((5, 10), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Failing_twice_gives_back_once()
    {
        var (user, job) = await ChargedAsync(free: 5, paid: 10, cost: 8);

        var first = await Database.RowAsync("SELECT * FROM fail_job($1)", job);
        var second = await Database.RowAsync("SELECT * FROM fail_job($1)", job);

        Assert.False(first.GetProperty("replayed").GetBoolean());
        Assert.True(second.GetProperty("replayed").GetBoolean());
        Assert.Equal((5, 10), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Failing_32_times_at_once_gives_back_once()
    {
        var (user, job) = await ChargedAsync(free: 2, paid: 2, cost: 3);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Database.ExecuteAsync("SELECT fail_job($1)", job))));

        Assert.Equal((2, 2), await Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData(8, 0, 7)] // nothing goes back
    [InlineData(6, 0, 9)] // paid credits go back first …
    [InlineData(5, 0, 10)]
    [InlineData(3, 2, 10)] // … and then free ones, as if 3 had been charged
    [InlineData(0, 5, 10)]
    public async Task A_job_that_cost_less_leaves_what_a_charge_of_that_cost_would_have_left(long actual, long free, long paid)
    {
        var (user, job) = await ChargedAsync(free: 5, paid: 10, cost: 8);

        await Database.ExecuteAsync("SELECT complete_job($1, $2)", job, actual);

        Assert.Equal((free, paid), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_job_cannot_cost_more_than_was_charged_nor_less_than_nothing()
    {
        var (_, job) = await ChargedAsync(free: 5, paid: 10, cost: 8);

        Assert.Equal("CR008", await Database.RefusalAsync("SELECT complete_job($1, 9)", job));
        Assert.Equal("CR003", await Database.RefusalAsync("SELECT complete_job($1, -1)", job));
    }

    [Fact]
    public async Task Completing_again_is_the_same_only_with_the_same_cost()
    {
        var (user, job) = await ChargedAsync(free: 0, paid: 10, cost: 8);
        await Database.ExecuteAsync("SELECT complete_job($1, 6)", job);

        Assert.Null(await Database.RefusalAsync("SELECT complete_job($1, 6)", job));
        Assert.Equal("CR007", await Database.RefusalAsync("SELECT complete_job($1, 5)", job));
        Assert.Equal("CR007", await Database.RefusalAsync("SELECT complete_job($1)", job));

        Assert.Equal((0, 4), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_finished_job_does_not_finish_otherwise()
    {
        var (_, completed) = await ChargedAsync(free: 5, paid: 0, cost: 1);
        await Database.ExecuteAsync("SELECT complete_job($1)", completed);
        var (_, failed) = await ChargedAsync(free: 5, paid: 0, cost: 1);
        await Database.ExecuteAsync("SELECT fail_job($1)", failed);

        Assert.Equal("CR007", await Database.RefusalAsync("SELECT fail_job($1)", completed));
        Assert.Equal("CR007", await Database.RefusalAsync("SELECT complete_job($1)", failed));
        Assert.Equal("CR006", await Database.RefusalAsync("SELECT fail_job($1)", Guid.NewGuid()));
    }

    private async Task<(Guid User, Guid Job)> ChargedAsync(long free, long paid, long cost)
    {
        var user = await Database.SignUpAsync(free, paid);
        return (user, await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'video', $2, 'k')", user, cost));
    }
}
