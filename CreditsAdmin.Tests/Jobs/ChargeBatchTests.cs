using CreditsAdmin.Tests.Infrastructure;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;

namespace CreditsAdmin.Tests.Jobs;

/// <summary>A batch of charges is what charges one after the other would have been.</summary>
public class ChargeBatchTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Batch = """
        SELECT charge_credits_batch(ARRAY[$1, $2, $1]::uuid[], ARRAY['image', 'image', 'image'], ARRAY[3, 1, 3],
            ARRAY['k', 'k', 'k'])
        """;

    [Fact]
    public async Task Every_outcome_balance_and_ledger_is_that_of_charges_one_after_the_other()
    {
        await Database.ExecuteAsync("UPDATE credits.settings SET sign_up_credits = 0");
        await using var connection = await Database.OpenAsync();
        string[] actors =
        [
            await KeyAsync("jobs:write"), await KeyAsync("jobs:write"), await KeyAsync("jobs:read"), $"user:{Guid.Empty}",
        ];
        var seed = (ulong)Random.Shared.NextInt64();
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var config = Config.QuickThrowOnFailure.WithMaxTest(120).WithQuietOnSuccess(true)
            .WithReplay(new Replay(new Rnd(seed), null));

        Check.One(config, Prop.ForAll(ChargeCase.Any, one => CompareAsync(one, connection, actors).GetAwaiter().GetResult()));
        await Database.ExecuteAsync("UPDATE credits.settings SET sign_up_credits = 5");
    }

    [Fact]
    public async Task Sixty_four_at_once_with_one_key_alone_and_in_batches_make_one_job()
    {
        for (var round = 0; round < 50; round++)
        {
            var (user, other) = (await Database.SignUpAsync(), await Database.SignUpAsync());

            await Task.WhenAll(Enumerable.Range(0, 64).Select(i => i % 2 == 0
                ? Database.ExecuteAsync("SELECT charge_credits($1, 'image', 3, 'k')", user)
                : Database.ExecuteAsync(Batch, user, other)));

            Assert.Equal(((2, 0), (4, 0)), (await Database.BalanceAsync(user), await Database.BalanceAsync(other)));
        }
    }

    [Fact]
    public async Task A_busy_account_keeps_back_its_own_items_only()
    {
        var (stuck, free) = (await Database.SignUpAsync(), await Database.SignUpAsync());
        await using var connection = await Database.OpenAsync();
        await using var held = await connection.BeginTransactionAsync(Cancel);
        await using var hold = new NpgsqlCommand("SELECT credits.lock_account($1)", connection);
        hold.Parameters.AddWithValue(stuck);
        await hold.ExecuteNonQueryAsync(Cancel);

        var answers = await Database.ScalarAsync<string>("""
            SELECT string_agg(item || coalesce(refusal, ' done'), ', ' ORDER BY item)
            FROM charge_credits_batch($1, ARRAY['image', 'image', 'image', ' '], ARRAY[1, 1, 1, 1], ARRAY['a', 'b', 'c', 'd'])
            """, new[] { stuck, free, stuck, stuck });

        Assert.Equal("155P03, 2 done, 355P03, 4CR013", answers);
        await held.RollbackAsync(Cancel);
        Assert.Equal(((5, 0), (4, 0)), (await Database.BalanceAsync(stuck), await Database.BalanceAsync(free)));
    }

    [Theory]
    [InlineData("'{}', '{}', '{}', '{}'")]
    [InlineData("ARRAY[gen_random_uuid()], ARRAY['image'], ARRAY[1], ARRAY['k', 'l']")]
    [InlineData("ARRAY[gen_random_uuid()], ARRAY['image'], ARRAY[1], NULL")]
    [InlineData("array_fill(gen_random_uuid(), ARRAY[1025]), array_fill('i'::text, ARRAY[1025]), "
        + "array_fill(1::bigint, ARRAY[1025]), array_fill('k'::text, ARRAY[1025])")]
    public async Task Arrays_that_make_no_batch_are_refused(string arrays)
    {
        Assert.Equal("CR013", await Database.RefusalAsync($"SELECT charge_credits_batch({arrays})"));
    }

    private static async Task<bool> CompareAsync(ChargeCase one, NpgsqlConnection connection, string[] actors)
    {
        var (batches, singles) = (new AccountSet(connection, actors), new AccountSet(connection, actors));
        await batches.OpenAsync(one.Accounts);
        await singles.OpenAsync(one.Accounts);
        foreach (var steps in one.Batches)
        {
            Assert.Equal(await singles.ChargeAsync(steps), await batches.ChargeBatchAsync(steps));
            Assert.Equal(await singles.StateAsync(), await batches.StateAsync());
        }

        return true;
    }

    private async Task<string> KeyAsync(string scope) => "key:" + await Database.ScalarAsync<Guid>(
        "INSERT INTO credits.api_keys (name, lookup, secret_hash, scopes, created_by) VALUES ('t', $1, $2, $3, 't') RETURNING id",
        Guid.NewGuid().ToString("N")[..8], new byte[32], new[] { scope });
}
