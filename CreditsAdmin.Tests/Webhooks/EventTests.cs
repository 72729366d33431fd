using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>Which events there are, and that there is one exactly when its effect is there.</summary>
public class EventTests(DatabaseFixture fixture) : DatabaseTest(fixture), IAsyncLifetime
{
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await Database.ExecuteAsync("DELETE FROM credits.webhook_events");
        await Database.ExecuteAsync("DELETE FROM credits.webhook_endpoints");
        await Database.ExecuteAsync("SELECT change_webhook_settings(100, 7, 30)");
        await SubscribeAsync("balance.low", "balance.recovered", "job.refunded", "receipt.verified", "grant.expiring");
    }

    [Fact]
    public async Task Crossing_the_threshold_is_told_once_each_way()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 110);

        await ChargeAsync(user, 10);
        Assert.Empty(await EventsAsync(user));
        await ChargeAsync(user, 1);
        await ChargeAsync(user, 1);
        await Database.ExecuteAsync("SELECT grant_credits($1, 1, 'paid', 'A test', 'a')", user);
        await Database.ExecuteAsync("SELECT grant_credits($1, 1, 'paid', 'A test', 'b')", user);
        await ChargeAsync(user, 100);

        var events = await EventsAsync(user);
        Assert.Equal(["balance.low", "balance.recovered", "balance.low"], events.Select(one => one.Type));
        Assert.Equal([99, 100, 0], events.Select(one => one.Data.GetProperty("available").GetInt64()));
        Assert.Equal("""{"free": 0, "paid": 99, "user": "USER", "version": 3, "available": 99, "low_balance": 100}""",
            events[0].Data.ToString().Replace(user.ToString(), "USER", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_charges_at_once_cross_once()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 120);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => ChargeAsync(user, 2)));

        Assert.Equal("balance.low", Assert.Single(await EventsAsync(user)).Type);
    }

    [Fact]
    public async Task A_batch_tells_it_too_once_for_each_account()
    {
        var users = new[] { await Database.SignUpAsync(0, 101), await Database.SignUpAsync(101, 0), await Database.SignUpAsync(0, 200) };
        var items = users.SelectMany(user => Enumerable.Repeat(user, 4)).ToArray();

        await Database.ExecuteAsync("SELECT charge_credits_batch($1, $2, $3, $4)", items,
            items.Select(_ => "image").ToArray(), items.Select(_ => 1L).ToArray(), items.Select(_ => $"{Guid.NewGuid()}").ToArray());

        Assert.Equal((1, 1, 0), ((await EventsAsync(users[0])).Count, (await EventsAsync(users[1])).Count, (await EventsAsync(users[2])).Count));
        Assert.Equal(97, (await EventsAsync(users[0]))[0].Data.GetProperty("available").GetInt64());
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_nothing_and_what_is_committed_leaves_all()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 100);
        foreach (var commit in new[] { false, true })
        {
            await using var connection = await Database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            foreach (var statement in new[]
            {
                "SELECT fail_job(id) FROM charge_credits($1, 'image', 10, 'k')",
                "SELECT record_receipt($1, 10, 500, 'BMC-1')",
            })
            {
                await using var command = new NpgsqlCommand(statement, connection);
                command.Parameters.AddWithValue(user);
                await command.ExecuteNonQueryAsync(Cancel);
            }

            if (commit) await transaction.CommitAsync(Cancel);
            else await transaction.RollbackAsync(Cancel);
            Assert.Equal(
                commit ? ["balance.low", "balance.recovered", "job.refunded", "receipt.verified"] : Array.Empty<string>(),
                (await EventsAsync(user)).Select(one => one.Type).Order());
        }
    }

    [Fact]
    public async Task Credits_of_a_job_that_go_back_are_told_however_they_do()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 1000);
        await Database.ExecuteAsync("SELECT complete_job(id, 4) FROM charge_credits($1, 'image', 10, 'less')", user);
        await Database.ExecuteAsync("SELECT complete_job(id) FROM charge_credits($1, 'image', 10, 'all')", user);
        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 10, 'late', p_timeout_seconds => 1)", user);
        await Database.ExecuteAsync("SELECT refund_job(j.id, 3, 'A test', 'r') FROM credits.jobs j WHERE j.user_id = $1 AND j.refunded = 0", user);
        await Task.Delay(1100, Cancel);
        await Database.ExecuteAsync("SELECT expire_jobs()");

        var told = (await EventsAsync(user)).Select(one => (one.Data.GetProperty("status").GetString(),
            one.Data.GetProperty("credits").GetInt64(), one.Data.GetProperty("refunded").GetInt64()));
        Assert.Equal([("completed", 6, 6), ("completed", 3, 3), ("expired", 10, 10)], told);
    }

    [Fact]
    public async Task A_payment_is_told_when_it_is_verified_not_when_it_is_claimed_or_rejected()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 1000);
        var (one, other) = (await ClaimAsync(user, "BMC-21"), await ClaimAsync(user, "BMC-22"));
        await Database.ExecuteAsync("SELECT reject_receipt($1, 'no')", other);
        Assert.Empty(await EventsAsync(user));

        await Database.ExecuteAsync("SELECT verify_receipt($1, 7)", one);
        await Database.ExecuteAsync("SELECT verify_receipt($1, 7)", one);

        var told = Assert.Single(await EventsAsync(user)).Data;
        Assert.Equal((one.ToString(), 7L, "BMC-21"), (told.GetProperty("receipt").GetString(),
            told.GetProperty("credits").GetInt64(), told.GetProperty("reference").GetString()));
    }

    [Fact]
    public async Task A_grant_that_expires_soon_is_told_once_with_what_is_left_in_it()
    {
        var user = await Database.SignUpAsync(free: 0, paid: 1000);
        foreach (var (key, days) in new[] { ("soon", 8), ("later", 30), ("spent", 7) })
        {
            await Database.ExecuteAsync($"SELECT grant_credits($1, 50, 'promotional', 'A test', '{key}', "
                + $"p_expires_at => now() + interval '{days} days')", user);
        }

        await Database.ExecuteAsync("SELECT tell_expiring_grants() FROM (SELECT 1 WHERE $1::uuid IS NOT NULL) one", user);
        await ChargeAsync(user, 60);
        await Database.PassAsync(user, TimeSpan.FromDays(2));
        await Database.ExecuteAsync("SELECT tell_expiring_grants()");
        await Database.ExecuteAsync("SELECT tell_expiring_grants()");

        var told = await EventsAsync(user);
        Assert.Equal([("grant.expiring", 50L), ("grant.expiring", 40L)],
            told.Select(one => (one.Type, one.Data.GetProperty("remaining").GetInt64())));
        Assert.Equal(50, told[1].Data.GetProperty("credits").GetInt64());
    }

    [Fact]
    public async Task Nothing_is_written_that_nobody_wants_to_know()
    {
        await Database.ExecuteAsync("UPDATE credits.webhook_endpoints SET events = '{receipt.verified}'");
        var user = await Database.SignUpAsync(free: 0, paid: 100);
        await Database.ExecuteAsync("SELECT fail_job(id) FROM charge_credits($1, 'image', 10, 'k')", user);
        Assert.Empty(await EventsAsync(user));

        await Database.ExecuteAsync("UPDATE credits.webhook_endpoints SET enabled = false");
        await Database.ExecuteAsync("SELECT record_receipt($1, 10, 500, 'BMC-31')", user);
        Assert.Empty(await EventsAsync(user));

        await Database.ExecuteAsync("UPDATE credits.webhook_endpoints SET enabled = true");
        var demo = await Database.ScalarAsync<Guid>("SELECT create_user('demo@example.com', p_is_demo => true)");
        await Database.ExecuteAsync("SELECT record_receipt($1, 10, 500, 'BMC-32')", demo);
        Assert.Empty(await EventsAsync(demo));
    }

    [Fact]
    public async Task A_threshold_of_ones_own_goes_before_the_common_one()
    {
        var (own, never) = (await Database.SignUpAsync(0, 1000), await Database.SignUpAsync(0, 1000));
        await Database.ExecuteAsync("SELECT set_low_balance($1, 500)", own);
        await Database.ExecuteAsync("SELECT set_low_balance($1, 0)", never);
        foreach (var user in new[] { own, never }) await ChargeAsync(user, 600);
        foreach (var user in new[] { own, never }) await ChargeAsync(user, 350);

        Assert.Equal(500, Assert.Single(await EventsAsync(own)).Data.GetProperty("low_balance").GetInt64());
        Assert.Empty(await EventsAsync(never));
        await Database.ExecuteAsync("SELECT set_low_balance($1, NULL)", own);
        await Database.ExecuteAsync("SELECT grant_credits($1, 60, 'paid', 'A test', 'a')", own);
        Assert.Equal(100, (await EventsAsync(own))[1].Data.GetProperty("low_balance").GetInt64());
        Assert.Equal("CR003", await Database.RefusalAsync("SELECT set_low_balance($1, -1)", own));
        Assert.Equal("CR013", await Database.RefusalAsync("SELECT change_webhook_settings(-1, NULL, NULL)"));
    }

    private Task<int> ChargeAsync(Guid user, long cost) =>
        Database.ExecuteAsync("SELECT charge_credits($1, 'image', $2, $3)", user, cost, $"{Guid.NewGuid()}");

    private Task<Guid> ClaimAsync(Guid user, string reference) =>
        Database.ScalarAsync<Guid>("SELECT id FROM claim_receipt($1, 'bmc', $2, 500)", user, reference);

    private Task<int> SubscribeAsync(params string[] events) => Database.ExecuteAsync(
        "SELECT create_webhook_endpoint('https://example.com/hooks', $1, decode(repeat('00', 32), 'hex'))", (object)events);

    private async Task<List<(string Type, JsonElement Data)>> EventsAsync(Guid user)
    {
        await using var connection = await Database.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT e.type, e.payload::text FROM credits.webhook_events e "
            + "JOIN credits.webhook_deliveries d ON d.event_id = e.id WHERE e.user_id = $1 ORDER BY e.id", connection);
        command.Parameters.AddWithValue(user);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var events = new List<(string, JsonElement)>();
        while (await reader.ReadAsync(Cancel))
            events.Add((reader.GetString(0), JsonDocument.Parse(reader.GetString(1)).RootElement.GetProperty("data")));
        return events;
    }
}
