using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Pricing;

/// <summary>The view that earlier products read and write.</summary>
public class ModelPricingTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    private const string Seed =
        "INSERT INTO model_pricing (model_id, provider_id, input_price_per_1k_tokens, output_price_per_1k_tokens) VALUES "
        + "($1, 'openai', 0.0025, 0.01), ($1, 'azure', 0.00275, 0.011) ON CONFLICT DO NOTHING";

    private readonly string model = $"gpt-4o-{Guid.NewGuid():N}";

    [Fact]
    public async Task The_seeds_update_makes_a_new_version_from_now_on()
    {
        await Database.ExecuteAsync(Seed, model);

        var rows = await Database.ExecuteAsync("""
            UPDATE model_pricing
            SET
              input_price_per_1k_tokens = 0.003,
              output_price_per_1k_tokens = 0.012
            WHERE model_id = $1 AND provider_id = 'openai';
            """, model);

        Assert.Equal(1, rows);
        Assert.Equal("2.5/10 3/12", await HistoryAsync("openai"));
        Assert.Equal("2.75/11", await HistoryAsync("azure"));
        Assert.Equal("0.003", (await RowAsync("openai")).GetProperty("input_price_per_1k_tokens").GetRawText());
    }

    [Fact]
    public async Task Inserting_what_is_there_changes_nothing()
    {
        Assert.Equal(2, await Database.ExecuteAsync(Seed, model));
        Assert.Equal(0, await Database.ExecuteAsync(Seed, model));
        Assert.Equal(0, await Database.ExecuteAsync(
            "INSERT INTO model_pricing (model_id, provider_id, input_price_per_1k_tokens) VALUES ($1, 'openai', 99)", model));

        Assert.Equal("2.5/10", await HistoryAsync("openai"));
    }

    [Fact]
    public async Task A_thousand_and_a_million_tokens_are_converted_exactly()
    {
        await Database.ExecuteAsync(
            "INSERT INTO model_pricing (model_id, provider_id, input_price_per_1k_tokens) VALUES ($1, 'openai', 0.000000000000000123)", model);

        Assert.Equal("0.000000000000123", await Database.ScalarAsync<string>(
            "SELECT input_per_million::text FROM credits.prices WHERE model = $1", model));
        Assert.Equal("0.000000000000000123", await Database.ScalarAsync<string>(
            "SELECT input_price_per_1k_tokens::text FROM model_pricing WHERE model_id = $1", model));
    }

    [Fact]
    public async Task Two_updates_at_once_of_different_columns_both_count()
    {
        await Database.ExecuteAsync(Seed, model);
        await using var first = await Database.OpenAsync();
        await using var transaction = await first.BeginTransactionAsync(Cancel);
        await RunAsync(first, $"UPDATE model_pricing SET input_price_per_1k_tokens = 1 WHERE model_id = '{model}' AND provider_id = 'openai'");

        var second = Database.ExecuteAsync(
            "UPDATE model_pricing SET output_price_per_1k_tokens = 2 WHERE model_id = $1 AND provider_id = 'openai'", model);
        await WaitsAsync();
        await transaction.CommitAsync(Cancel);
        await second;

        Assert.Equal("2.5/10 1000/10 1000/2000", await HistoryAsync("openai"));
    }

    [Theory]
    [InlineData("input_price_per_1k_tokens = -1", "CR013")]
    [InlineData("output_price_per_1k_tokens = 'NaN'", "CR013")]
    [InlineData("price_per_image = 'Infinity'", "CR013")]
    [InlineData("model_id = 'another'", "CR013")]
    [InlineData("effective_from = 'infinity'", "CR013")]
    public async Task An_update_that_says_nothing_usable_is_refused(string set, string refusal)
    {
        await Database.ExecuteAsync(Seed, model);

        Assert.Equal(refusal, await Database.RefusalAsync($"UPDATE model_pricing SET {set} WHERE model_id = $1", model));
        Assert.Equal("2.5/10", await HistoryAsync("openai"));
    }

    [Theory]
    [InlineData("anon", "42501", "42501")]
    [InlineData("authenticated", null, "42501")]
    [InlineData("service_role", null, null)]
    public async Task Users_read_and_the_service_writes(string role, string? read, string? write)
    {
        await Database.ExecuteAsync(Seed, model);

        Assert.Equal(read, await TryAsync(role, "SELECT * FROM model_pricing"));
        Assert.Equal(read, await TryAsync(role, "SELECT * FROM price_versions"));
        Assert.Equal(write, await TryAsync(role, "UPDATE model_pricing SET input_price_per_1k_tokens = 1"));
        Assert.Equal(write, await TryAsync(
            role, "INSERT INTO model_pricing (model_id, provider_id, input_price_per_1k_tokens) VALUES ('x', 'x', 1)"));
        Assert.Equal(write, await TryAsync(role, "SELECT set_price('x', 'x', 1)"));
        Assert.Equal(write, await TryAsync(role, "SELECT import_prices('[]')"));
        // 55000: it is no view that PostgreSQL could delete from, whoever asks.
        Assert.Equal("55000", await TryAsync(role, "DELETE FROM model_pricing"));
        Assert.Equal("42501", await TryAsync(role, "DELETE FROM price_versions"));
        Assert.Equal("42501", await TryAsync(role, "UPDATE credits.prices SET input_per_million = 0"));
    }

    private async Task<JsonElement> RowAsync(string provider) =>
        await Database.RowAsync("SELECT * FROM model_pricing WHERE model_id = $1 AND provider_id = $2", model, provider);

    private Task<string> HistoryAsync(string provider) => Database.ScalarAsync<string>(
        "SELECT string_agg(concat_ws('/', input_per_million, output_per_million), ' ' ORDER BY effective_from) "
        + "FROM credits.prices WHERE model = $1 AND provider = $2", model, provider);

    private async Task WaitsAsync()
    {
        for (var deadline = DateTimeOffset.UtcNow.AddSeconds(20); ; await Task.Delay(20, Cancel))
        {
            if (await Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                + "WHERE d.datname = current_database() AND l.relation = 'credits.prices'::regclass AND NOT l.granted)")) return;
            Assert.True(DateTimeOffset.UtcNow < deadline, "The second statement did not wait.");
        }
    }

    private async Task<string?> TryAsync(string role, string statement)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await RunAsync(connection, $"SET LOCAL ROLE {role}");
        try
        {
            await RunAsync(connection, statement);
            return null;
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
