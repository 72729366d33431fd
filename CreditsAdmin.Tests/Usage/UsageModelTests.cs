using System.Globalization;
using CreditsAdmin.Tests.Infrastructure;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using NpgsqlTypes;

namespace CreditsAdmin.Tests.Usage;

/// <summary>Records and charges are those of an exact model, one after the other and in batches.</summary>
public class UsageModelTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Answer = "CASE WHEN (r).replayed THEN 'again ' ELSE 'new ' END || (r).cost || ' ' || (r).billed || ' ' || (r).credits";

    [Fact]
    public async Task Costs_charges_balances_and_what_is_owed_are_those_of_the_model()
    {
        await PricesAsync();
        await Database.ExecuteAsync("UPDATE credits.settings SET sign_up_credits = 0");
        await using var connection = await Database.OpenAsync();
        var seed = (ulong)Random.Shared.NextInt64();
        Xunit.TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var config = Config.QuickThrowOnFailure.WithMaxTest(60).WithQuietOnSuccess(true).WithReplay(new Replay(new Rnd(seed), null));

        Check.One(config, Prop.ForAll(UsageCase.Any, one => CompareAsync(one, connection).GetAwaiter().GetResult()));

        await Database.ExecuteAsync("UPDATE credits.settings SET sign_up_credits = 5, cents_per_credit = 100, usage_markup = 0");
    }

    private async Task PricesAsync()
    {
        for (var model = 0; model < UsageCase.Rates.Length; model++)
        {
            var (input, cached, output) = UsageCase.Rates[model];
            // The second model cost one dollar for everything until ten days ago.
            if (model == 1)
            {
                await Database.ExecuteAsync("INSERT INTO credits.prices (provider, model, input_per_million, output_per_million, "
                    + "effective_from, effective_to, source, created_by) VALUES ('p', 'm1', 1, 1, '2020-01-01Z', now() - interval '10 days', "
                    + "'manual', 'a test')");
            }

            await Database.ExecuteAsync($"INSERT INTO credits.prices (provider, model, input_per_million, cached_input_per_million, "
                + "output_per_million, effective_from, source, created_by) VALUES ('p', $1, $2, $3, $4, "
                + $"{(model == 1 ? "now() - interval '10 days'" : "'2020-01-01Z'")}, 'manual', 'a test')",
                $"m{model}", input, cached ?? (object)DBNull.Value, output);
        }
    }

    private static async Task<bool> CompareAsync(UsageCase one, NpgsqlConnection connection)
    {
        var users = one.Credits.Select(_ => Guid.NewGuid()).ToArray();
        var models = one.Credits.Select(credits => new UsageModel(credits)).ToArray();
        for (var i = 0; i < users.Length; i++)
        {
            await RunAsync(connection, "INSERT INTO auth.users (id, email) VALUES ($1, $2)", users[i], $"{users[i]}@example.com");
            if (one.Credits[i] > 0) await RunAsync(connection, Grant, users[i], (long)one.Credits[i], "first");
        }

        for (var turn = 0; turn < one.Turns.Count; turn++)
        {
            var now = one.Turns[turn];
            await RunAsync(connection, "UPDATE credits.settings SET cents_per_credit = $1, usage_markup = $2", (long)now.Cents, now.Markup);
            if (now.Topup > 0)
            {
                await RunAsync(connection, Grant, users[0], (long)now.Topup, $"turn {turn}".Replace(' ', '-'));
                models[0].Add(now.Topup);
                await RunAsync(connection, "SELECT charge_arrears()");
                foreach (var model in models) model.Settle(now.Cents);
            }

            var expected = now.Steps.Select(step => models[step.User].Record(step, RatesOf(step), now.Cents, now.Markup));
            var real = now.Together
                ? await TogetherAsync(connection, users, now.Steps)
                : await OneByOneAsync(connection, users, now.Steps);
            if (!real.Select(Exact).SequenceEqual(expected)) return false;
        }

        for (var i = 0; i < users.Length; i++)
        {
            var state = (await ReadAsync(connection, "SELECT a.free + a.paid || ' ' || coalesce(u.owed, 0) FROM credits.accounts a "
                + "LEFT JOIN credits.usage_accruals u ON u.user_id = a.user_id WHERE a.user_id = $1", users[i])).Single().Split(' ');
            if (state[0] != $"{models[i].Credits}" || UsageModel.Parse(state[1]) != models[i].Owed) return false;
        }

        return true;
    }

    private const string Grant = "SELECT (grant_credits($1, $2, 'paid', 'A test', $3)).id::text";

    private static (decimal, decimal?, decimal) RatesOf(UsageStep step) =>
        step is { Model: 1, DaysAgo: 15 } ? (1m, null, 1m) : UsageCase.Rates[step.Model];

    // Dollars as whole numbers: 2.5 is 2.50.
    private static string Exact(string answer) => answer.Split(' ') is [var what, var cost, var billed, var credits]
        ? $"{what} {UsageModel.Parse(cost)} {UsageModel.Parse(billed)} {credits}"
        : answer;

    private static Task<List<string>> TogetherAsync(NpgsqlConnection connection, Guid[] users, UsageStep[] steps) => ReadAsync(
        connection, $"SELECT coalesce(refusal, {Answer.Replace("(r)", "(o.record)", StringComparison.Ordinal)}) "
            + "FROM record_usage_batch($1, $2, $3, $4, $5, $6, $7, p_used_at => $8) o ORDER BY item",
        steps.Select(step => users[step.User]).ToArray(), steps.Select(_ => "p").ToArray(), steps.Select(step => $"m{step.Model}").ToArray(),
        steps.Select(step => step.Key).ToArray(), steps.Select(step => step.Input).ToArray(), steps.Select(step => step.Output).ToArray(),
        steps.Select(step => step.Cached).ToArray(), steps.Select(UsedAt).ToArray());

    private static async Task<List<string>> OneByOneAsync(NpgsqlConnection connection, Guid[] users, UsageStep[] steps)
    {
        var answers = new List<string>();
        foreach (var step in steps)
        {
            try
            {
                answers.AddRange(await ReadAsync(connection,
                    $"SELECT {Answer} FROM record_usage($1, 'p', $2, $3, $4, $5, $6, p_used_at => $7) r", users[step.User], $"m{step.Model}",
                    step.Key, step.Input, step.Output, step.Cached, UsedAt(step)));
            }
            catch (PostgresException error)
            {
                answers.Add(error.SqlState);
            }
        }

        return answers;
    }

    // A moment that a repeated record has again.
    private static DateTime UsedAt(UsageStep step) => DateTime.UtcNow.Date.AddDays(-step.DaysAgo);

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] values) =>
        await ReadAsync(connection, sql, values);

    private static async Task<List<string>> ReadAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            if (value is DateTime time) command.Parameters.AddWithValue(NpgsqlDbType.TimestampTz, time);
            else command.Parameters.AddWithValue(value);
        }

        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture) ?? "");
        return rows;
    }
}
