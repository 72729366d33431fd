using CreditsAdmin.Tests.Infrastructure;
using FsCheck.Fluent;
using Npgsql;

namespace CreditsAdmin.Tests.Model;

/// <summary>Plants a fault in the functions of a database of its own, and sees that the sequences, the histories or the laws
/// find it. A check that finds none of these would find nothing else either.</summary>
public class PlantedFaultTests(TestCluster cluster)
{
    private const string Drop = "";

    [Theory]
    [InlineData("the account is not locked", "credits.lock_account", "FOR NO KEY UPDATE", Drop)]
    [InlineData("the balance is read before the lock", "credits.lock_account",
        "SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id FOR NO KEY UPDATE;",
        "SELECT * INTO v_account FROM accounts a WHERE a.user_id = p_user_id; "
        + "PERFORM FROM accounts a WHERE a.user_id = p_user_id FOR NO KEY UPDATE; SELECT v_account.user_id IS NOT NULL INTO FOUND;")]
    [InlineData("keys are not unique", "index", "DROP INDEX credits.jobs_request_counts_once", Drop)]
    [InlineData("a job that failed fails again", "public.fail_job", "v_job.status = 'failed'", "false")]
    [InlineData("the caller says how much goes back", "public.complete_job",
        "v_job.cost - coalesce(p_actual_cost, v_job.cost)", "coalesce(p_actual_cost, 0)")]
    [InlineData("a payment is verified and not credited", "public.verify_receipt", "PERFORM credit_receipt", "-- ")]
    [InlineData("all that somebody has cannot be spent", "credits.charge_job", "v_account.paid < p_cost", "v_account.paid <= p_cost")]
    [InlineData("a refund goes to the other part", "credits.finish_job", "v_free, p_refund - v_free,", "p_refund - v_free, v_free,")]
    [InlineData("a cost may be nothing", "credits.require_amount", "BETWEEN 1 AND", "BETWEEN 0 AND")]
    [InlineData("a retry gets a new key", "credits.charge_job", "pack_key(p_idempotency_key)", "pack_key(gen_random_uuid()::text)")]
    [InlineData("a payment is verified twice", "public.verify_receipt", "PERFORM require_pending(v_receipt);", Drop)]
    [InlineData("a verification leaves no audit row", "credits.credit_receipt", "PERFORM write_audit", "PERFORM jsonb_build_array")]
    public async Task Is_found(string fault, string function, string good, string bad)
    {
        await using var database = await cluster.CreateDatabaseAsync();
        await PlantAsync(database, function, good, bad);

        var found = await SequencesAsync(database) ?? await HistoriesAsync(database) ?? await LawsAsync(database);

        Assert.True(found is not null, $"Nobody found that {fault}.");
    }

    [Fact]
    public async Task Nothing_is_found_where_nothing_was_planted()
    {
        await using var database = await cluster.CreateDatabaseAsync();

        Assert.Null(await SequencesAsync(database) ?? await HistoriesAsync(database) ?? await LawsAsync(database));
    }

    private static async Task PlantAsync(TestDatabase database, string function, string good, string bad)
    {
        if (function == "index")
        {
            await database.ExecuteAsync(good);
            return;
        }

        var source = await database.ScalarAsync<string>(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            + "WHERE n.nspname || '.' || p.proname = $1", function);
        Assert.Contains(good, source, StringComparison.Ordinal);
        await database.ExecuteAsync(source.Replace(good, bad, StringComparison.Ordinal));
    }

    private static async Task<string?> SequencesAsync(TestDatabase database)
    {
        foreach (var steps in Step.Sequences.Generator.Sample(80))
        {
            try
            {
                if (await SequenceTests.DifferenceAsync(database, steps) is { } difference) return difference;
            }
            catch (Exception error) when (error is PostgresException or InvalidOperationException)
            {
                return error.Message; // an error nobody should see, or an answer without its columns
            }
        }

        return null;
    }

    private static async Task<string?> HistoriesAsync(TestDatabase database)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var history = await History.RunAsync(database, seed, connections: 16, calls: 200);
            if (await HistoryJudge.FindFaultAsync(database, history) is { } found) return found;
        }

        return null;
    }

    private static async Task<string?> LawsAsync(TestDatabase database)
    {
        try
        {
            await Laws.AssertAsync(database);
            return null;
        }
        catch (Xunit.Sdk.XunitException broken)
        {
            return broken.Message;
        }
    }
}
