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
    public async Task Where_paid_credits_are_spent_first_a_smaller_cost_leaves_what_its_own_charge_would_have_left()
    {
        var user = await Database.SignUpAsync(5, 0);
        await Database.ExecuteAsync("SELECT grant_credits($1, 10, 'paid', 'First in order', 'first', p_priority => 1)", user);
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 12, $2)", user, $"k{user}");
        Assert.Equal((3, 0), await Database.BalanceAsync(user));

        await Database.ExecuteAsync("SELECT complete_job($1, 8)", job);

        Assert.Equal((5, 2), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_busy_account_keeps_its_own_jobs_from_expiring_and_no_others()
    {
        var (busy, waits) = await ChargedAsync(free: 1, paid: 0, cost: 1);
        var (_, due) = await ChargedAsync(free: 1, paid: 0, cost: 1);
        await Database.ExecuteAsync(
            "UPDATE credits.jobs SET deadline = now() WHERE id = ANY ($1)", new[] { waits, due });
        await using var other = await Database.OpenAsync();
        await using var held = await other.BeginTransactionAsync(Cancel);
        await using var hold = other.CreateCommand();
        hold.CommandText = $"SELECT FROM credits.accounts WHERE user_id = '{busy}' FOR NO KEY UPDATE";
        await hold.ExecuteNonQueryAsync(Cancel);

        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT expire_jobs()"));
        Assert.Equal("expired", await Database.ScalarAsync<string>("SELECT status FROM credits.jobs WHERE id = $1", due));

        await held.RollbackAsync(Cancel);
        Assert.Equal(1, await Database.ScalarAsync<int>("SELECT expire_jobs()"));
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
