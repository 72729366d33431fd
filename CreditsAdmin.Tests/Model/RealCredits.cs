using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Model;

/// <summary>Carries steps out in Postgres, for two users, two admins and an API key of its own.</summary>
public sealed class RealCredits
{
    private readonly TestDatabase database;
    private readonly string run = Guid.NewGuid().ToString("N")[..8];
    private readonly Guid[] users = new Guid[2];
    private readonly Guid[] admins = new Guid[2];
    private readonly List<Guid> jobs = [];
    private readonly List<Guid> receipts = [];
    private string key = "";

    private RealCredits(TestDatabase database) => this.database = database;

    public static async Task<RealCredits> CreateAsync(TestDatabase database)
    {
        var real = new RealCredits(database);
        for (var i = 0; i < 2; i++)
        {
            real.users[i] = await database.SignUpAsync(0, 0);
            real.admins[i] = await database.SignUpAsync(0, 0);
            await database.ExecuteAsync("SELECT set_staff($1, 'admin')", real.admins[i]);
        }

        real.key = "key:" + await database.ScalarAsync<Guid>(
            "SELECT create_api_key('model', $1, sha256('x'), ARRAY['jobs:write'], 'cli:test', 'cli')", real.run);
        return real;
    }

    private string Admin(int which) => $"staff:{admins[which]}";

    /// <summary>Does the step and tells what came of it.</summary>
    public async Task<IReadOnlyList<Outcome>> DoAsync(Step step)
    {
        var (user, amount) = (users[step.User], (long)step.Amount);
        switch (step.Act)
        {
            case Act.Grant:
                return [await CallAsync(null, "grant_credits($1, $2, $3, 'A reason', $4, $5, 'console')",
                    user, amount, step.Variant == 0 ? "promotional" : "paid", $"g{step.Pick}", Admin(0))];
            case Act.Charge:
                return [await CallAsync(jobs, "charge_credits($1, $2, $3, $4, '{}', $5, 'api')",
                    user, Operation(step), amount, Key(step), key)];
            case Act.ChargeTogether:
                return await ChargeTogetherAsync(step.Together());
            case Act.Complete:
                return [await CallAsync(null, "complete_job($1, $2, $3, 'api')", jobs[step.Pick % jobs.Count], amount, key)];
            case Act.Fail:
                return [await CallAsync(null, "fail_job($1, 'An error', $2, 'api')", jobs[step.Pick % jobs.Count], key)];
            case Act.Expire:
                return [await ExpireAsync(jobs[step.Pick % jobs.Count])];
            case Act.Claim:
                return [await CallAsync(receipts, "claim_receipt($1, 'bmc', $2, $3)", user, Reference(step), amount)];
            case Act.Verify:
                return [await CallAsync(null, "verify_receipt($1, $2, $3, 'console')",
                    receipts[step.Pick % receipts.Count], amount, Admin(step.Variant))];
            case Act.Reject:
                return [await CallAsync(null, "reject_receipt($1, $2, $3, 'console')",
                    receipts[step.Pick % receipts.Count], $"Reason {amount}", Admin(step.Variant))];
            case Act.Record:
                return [await CallAsync(receipts, "record_receipt($1, $2, $2, $3, NULL, $4, 'console')",
                    user, amount, Reference(step), Admin(0))];
            case Act.SwitchRole:
                await database.ExecuteAsync("UPDATE credits.staff SET disabled_at = CASE WHEN disabled_at IS NULL THEN now() END "
                    + "WHERE user_id = $1", admins[step.Variant]);
                return [];
            default:
                await database.ExecuteAsync("UPDATE credits.api_keys SET revoked_at = now() WHERE lookup = $1", run);
                return [];
        }
    }

    private static string Operation(Step step) => step.Variant == 0 ? "image" : "video";

    private static string Key(Step step) => $"k{step.Pick}";

    private string Reference(Step step) => $"{run}-{step.Pick}";

    private async Task<Outcome> CallAsync(List<Guid>? made, string call, params object[] values)
    {
        try
        {
            var row = await database.RowAsync($"SELECT * FROM {call}", values);
            var replayed = row.GetProperty("replayed").GetBoolean();
            if (!replayed) made?.Add(row.GetProperty("id").GetGuid());
            return Read(row, replayed);
        }
        catch (PostgresException refused) when (refused.SqlState.StartsWith("CR", StringComparison.Ordinal))
        {
            return Outcome.Refused(refused.SqlState);
        }
    }

    private static Outcome Read(JsonElement row, bool replayed) =>
        new("", row.GetProperty("free").GetInt64(), row.GetProperty("paid").GetInt64(), replayed);

    private async Task<IReadOnlyList<Outcome>> ChargeTogetherAsync(IReadOnlyList<Step> steps)
    {
        var rows = await database.ScalarAsync<string>(
            "SELECT jsonb_agg(to_jsonb(b) ORDER BY b.item)::text FROM charge_credits_batch($1, $2, $3, $4, NULL, $5, 'api') b",
            steps.Select(step => users[step.User]).ToArray(), steps.Select(Operation).ToArray(),
            steps.Select(step => (long)step.Amount).ToArray(), steps.Select(Key).ToArray(), steps.Select(_ => key).ToArray());
        var outcomes = new List<Outcome>();
        foreach (var row in JsonDocument.Parse(rows).RootElement.EnumerateArray())
        {
            if (row.GetProperty("refusal").GetString() is { } code)
            {
                outcomes.Add(Outcome.Refused(code));
                continue;
            }

            var job = row.GetProperty("job");
            var replayed = job.GetProperty("replayed").GetBoolean();
            if (!replayed) jobs.Add(job.GetProperty("id").GetGuid());
            outcomes.Add(Read(job, replayed));
        }

        return outcomes;
    }

    private async Task<Outcome> ExpireAsync(Guid job)
    {
        await database.ExecuteAsync(
            "UPDATE credits.jobs SET deadline = now() - interval '1 second' WHERE id = $1 AND finished_at IS NULL", job);
        await database.ExecuteAsync("SELECT expire_jobs()");
        var (free, paid) = await database.BalanceAsync(
            await database.ScalarAsync<Guid>("SELECT user_id FROM credits.jobs WHERE id = $1", job));
        return new("", free, paid, false);
    }
}
