using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Usage;

/// <summary>One record, what it charges, and what may be in its way. A million input tokens of gpt-4o cost 2.50 dollars, a
/// credit costs one.</summary>
public class RecordUsageTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Outcomes =
        "SELECT string_agg(coalesce(refusal, CASE WHEN (record).replayed THEN 'again' ELSE 'new' END || ' ' || (record).credits), ', ' "
        + "ORDER BY item) FROM ";

    [Fact]
    public async Task Whole_credits_are_charged_as_they_fill_and_the_rest_waits()
    {
        var user = await UserAsync(free: 2, paid: 5);

        var charged = new List<long>();
        foreach (var tokens in new[] { 400_001L, 399_998, 1, 1 }) charged.Add(await CreditsAsync(user, $"k{charged.Count}", tokens));

        Assert.Equal([1, 0, 1, 0], charged);
        Assert.Equal((0, 5), await Database.BalanceAsync(user));
        Assert.Equal("0.0000025", await OwedAsync(user));
        var job = await Database.RowAsync("SELECT operation, status, cost, free_cost, refunded FROM credits.jobs WHERE user_id = $1 LIMIT 1", user);
        Assert.Equal("""{"cost":1,"status":"completed","refunded":0,"free_cost":1,"operation":"usage"}""",
            job.GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_again_is_the_first_result_and_something_else_under_its_key_is_refused()
    {
        var user = await UserAsync(free: 9, paid: 0);
        var first = await Database.RowAsync(Record, user, "k", 1_000_000L);
        var again = await Database.RowAsync(Record, user, "k", 1_000_000L);

        Assert.Equal(first.GetRawText().Replace("false", "true", StringComparison.Ordinal), again.GetRawText());
        Assert.Equal("CR005", await Database.RefusalAsync(Record, user, "k", 1_000_001L));
        Assert.Equal("CR005", await Database.RefusalAsync(
            "SELECT record_usage($1, 'openai', 'gpt-4o', 'k', 1000000, p_used_at => '2026-01-01Z')", user));
        // Another caller's key is another key.
        Assert.Equal(3, await Database.ScalarAsync<long>(
            "SELECT credits FROM record_usage($1, 'openai', 'gpt-4o', 'k', 1000000, p_via => 'system')", user));
        Assert.Equal((4, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_late_record_has_the_price_of_its_time()
    {
        var user = await UserAsync(free: 9, paid: 0);
        await Database.ExecuteAsync("SELECT set_price('late', 'm', 1, p_effective_from => '2026-01-01Z')");
        await Database.ExecuteAsync("SELECT set_price('late', 'm', 3)");
        const string late = "SELECT cost::text FROM record_usage($1, 'late', 'm', $2, 1000000, p_used_at => $3)";

        Assert.Equal("1", await Database.ScalarAsync<string>(late, user, "then", new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc)));
        Assert.Equal("3", await Database.ScalarAsync<string>(late, user, "now", DateTime.UtcNow));
        Assert.Equal("CR031", await Database.RefusalAsync(late, user, "before", new DateTime(2025, 12, 31, 0, 0, 0, DateTimeKind.Utc)));
        Assert.Equal("CR013", await Database.RefusalAsync(late, user, "future", DateTime.UtcNow.AddHours(1)));
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task What_the_balance_cannot_pay_stays_owed_and_is_charged_when_there_are_credits()
    {
        var user = await UserAsync(free: 1, paid: 0);

        Assert.Equal(1, await CreditsAsync(user, "a", 2_000_000));
        Assert.Equal(("4", (0, 0)), (await OwedAsync(user), await Database.BalanceAsync(user)));
        await Database.ExecuteAsync("SELECT charge_arrears()");
        await Database.ExecuteAsync("SELECT grant_credits($1, 3, 'paid', 'A test', 'more')", user);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Database.ExecuteAsync("SELECT charge_arrears()")));
        Assert.Equal(("1", (0, 0)), (await OwedAsync(user), await Database.BalanceAsync(user)));
        await Database.ExecuteAsync("SELECT grant_credits($1, 3, 'paid', 'A test', 'much-more')", user);
        Assert.Equal(2, await CreditsAsync(user, "b", 400_000));
        Assert.Equal(("0", (0, 1)), (await OwedAsync(user), await Database.BalanceAsync(user)));
    }

    [Fact]
    public async Task A_record_of_a_job_charges_nothing()
    {
        var (user, other) = (await UserAsync(free: 9, paid: 0), await UserAsync(free: 9, paid: 0));
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM charge_credits($1, 'image', 2, 'k')", user);
        const string record = "SELECT concat_ws(' ', cost, billed, credits) FROM record_usage($1, 'openai', 'gpt-4o', 'k', 1000000, p_job_id => $2)";

        Assert.Equal("CR006", await Database.RefusalAsync(record, other, job));
        Assert.Equal("2.5 0 0", await Database.ScalarAsync<string>(record, user, job));
        Assert.Equal((7, 0), await Database.BalanceAsync(user));
        await CreditsAsync(user, "charging", 400_000);
        var charge = await Database.ScalarAsync<Guid>("SELECT id FROM credits.jobs WHERE user_id = $1 AND operation = 'usage'", user);
        Assert.Equal("CR006", await Database.RefusalAsync("SELECT record_usage($1, 'openai', 'gpt-4o', 'x', 1, p_job_id => $2)", user, charge));
    }

    [Theory]
    [InlineData("CR002", "gen_random_uuid(), 'openai', 'gpt-4o', 'k', 1")]
    [InlineData("CR002", "NULL, 'openai', 'gpt-4o', 'k', 1")]
    [InlineData("CR004", "$1, 'openai', 'gpt-4o', 'two words', 1")]
    [InlineData("CR004", "$1, 'openai', 'gpt-4o', NULL, 1")]
    [InlineData("CR013", "$1, '', 'gpt-4o', 'k', 1")]
    [InlineData("CR013", "$1, 'openai', NULL, 'k', 1")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k'")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', -1")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', 1000000000001")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', 1, p_cached_input_tokens => 2")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', p_seconds => 'NaN'")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', p_seconds => 0.0000001")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', 1, p_used_at => 'infinity'")]
    [InlineData("CR013", "$1, 'openai', 'gpt-4o', 'k', 1, p_used_at => '1999-01-01Z'")]
    [InlineData("CR031", "$1, 'openai', 'gpt-99', 'k', 1")]
    [InlineData("CR031", "$1, 'openai', 'gpt-4o', 'k', p_images => 1")]
    [InlineData("CR006", "$1, 'openai', 'gpt-4o', 'k', 1, p_job_id => gen_random_uuid()")]
    [InlineData("CR012", "$1, 'openai', 'gpt-4o', 'k', 1, p_actor => 'user:x'")]
    public async Task What_cannot_be_recorded_is_refused_and_uses_no_key_up(string refusal, string record)
    {
        var user = await UserAsync(free: 9, paid: 0);

        Assert.Equal(refusal, await Database.RefusalAsync($"SELECT record_usage({record}), $1::uuid", user));
        Assert.Equal(2, await CreditsAsync(user, "k", 1_000_000));
    }

    [Fact]
    public async Task A_batch_keeps_nobody_back()
    {
        var (user, other) = (await UserAsync(free: 9, paid: 0), await UserAsync(free: 1, paid: 0));

        Assert.Equal("CR031, new 2, again 2, CR005, CR002, new 1, CR013, CR004, new 1, new 0", await Database.ScalarAsync<string>(Outcomes + """
            record_usage_batch(ARRAY[$1, $1, $1, $1, gen_random_uuid(), $2, $1, $1, $1, $2], array_fill('openai'::text, ARRAY[10]),
                ARRAY['gpt-99', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o'],
                ARRAY['k', 'k', 'k', 'k', 'k', 'k', 'k', '', 'l', 'l'],
                ARRAY[1, 1000000, 1000000, 7, 1, 1000000, -1, 1, 200000, 1000000])
            """, user, other));
        Assert.Equal(("0", "4"), (await OwedAsync(user), await OwedAsync(other)));
    }

    [Fact]
    public async Task Many_at_once_for_one_user_lose_nothing_and_repeat_nothing()
    {
        var user = await UserAsync(free: 20, paid: 20);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            await using var connection = await Database.OpenAsync();
            for (var i = 0; i < 20; i++)
            {
                // Every key comes from two workers, alone and in a batch.
                await using var command = new NpgsqlCommand(worker % 2 == 0
                    ? "SELECT record_usage($1, 'openai', 'gpt-4o', $2, 39999)"
                    : "SELECT record_usage_batch(ARRAY[$1, $1], ARRAY['openai', 'openai'], ARRAY['gpt-4o', 'gpt-4o'], ARRAY[$2, $2], "
                        + "ARRAY[39999, 39999])", connection);
                command.Parameters.AddWithValue(user);
                command.Parameters.AddWithValue($"k{worker / 2}-{i}");
                await command.ExecuteNonQueryAsync(Cancel);
            }
        })));

        // 320 records of 0.0999975 dollars.
        Assert.Equal(("0.9992", (0, 9)), (await OwedAsync(user), await Database.BalanceAsync(user)));
    }

    [Theory]
    [InlineData("fail_job(id)")]
    [InlineData("expire_jobs()")]
    public async Task A_job_that_gave_its_credits_back_has_paid_for_nothing(string end)
    {
        var user = await UserAsync(free: 9, paid: 0);
        const string record = "SELECT credits FROM record_usage($1, 'openai', 'gpt-4o', $2, 1000000, p_job_id => $3)";
        await Database.ExecuteAsync("SELECT charge_credits($1, 'chat', 5, 'k', p_timeout_seconds => 1)", user);
        var job = await Database.ScalarAsync<Guid>("SELECT id FROM credits.jobs WHERE user_id = $1", user);
        Assert.Equal(0, await Database.ScalarAsync<long>(record, user, "while-it-ran", job));
        await Database.ExecuteAsync("UPDATE credits.jobs SET deadline = created_at WHERE id = $1", job);
        await Database.ExecuteAsync($"SELECT {end} FROM credits.jobs WHERE id = $1", job);

        Assert.Equal("CR007", await Database.RefusalAsync(record, user, "after-it", job));
        Assert.Equal(2, await CreditsAsync(user, "without-it", 1_000_000));
        Assert.Equal((7, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task When_credits_become_cheaper_what_was_less_than_one_is_charged()
    {
        var user = await UserAsync(free: 9, paid: 0);
        Assert.Equal(0, await CreditsAsync(user, "k", 360_000));

        await Database.ExecuteAsync("SELECT change_settings(NULL, 10)");
        try
        {
            await Database.ExecuteAsync("SELECT charge_arrears()");
            Assert.Equal(((0, 0), "0"), (await Database.BalanceAsync(user), await OwedAsync(user)));
        }
        finally
        {
            await Database.ExecuteAsync("SELECT change_settings(NULL, 100)");
        }
    }

    private const string Record = "SELECT r.* FROM record_usage($1, 'openai', 'gpt-4o', $2, $3) r";

    private async Task<Guid> UserAsync(long free, long paid)
    {
        await Database.ExecuteAsync("SELECT set_price('openai', 'gpt-4o', 2.5, 10, 1.25, p_effective_from => '2020-01-01Z')");
        return await Database.SignUpAsync(free, paid);
    }

    private Task<long> CreditsAsync(Guid user, string key, long tokens) =>
        Database.ScalarAsync<long>("SELECT credits FROM record_usage($1, 'openai', 'gpt-4o', $2, $3)", user, key, tokens);

    private Task<string> OwedAsync(Guid user) =>
        Database.ScalarAsync<string>("SELECT owed::text FROM credits.usage_accruals WHERE user_id = $1", user);
}
