using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace CreditsAdmin.Tests.ApiKeys;

/// <summary>A key's end, its rotation, and when it was last used.</summary>
public class ApiKeyLifeTests(CreditsApp app) : AppTest(app)
{
    private ApiKeyCommands Keys => App.Services.GetRequiredService<ApiKeyCommands>();

    [Fact]
    public async Task A_key_that_has_expired_is_nobody()
    {
        var user = await App.Database.SignUpAsync();
        var key = await CreateAsync(DateTimeOffset.UtcNow.AddHours(1));
        using var api = App.ClientWith(key.Key);
        Assert.Equal(201, (await api.ChargeAsync(user)).Status);

        await ExpireAsync(key.Id);

        // At once where credits move, whatever the app remembers; a few seconds later for reading.
        Assert.True((await api.ChargeAsync(user)).Status is 401 or 403);
        Assert.Equal("CR012", await App.Database.RefusalAsync(
            "SELECT charge_credits($1, 'image', 1, 'k', '{}', $2, 'api')", user, $"key:{key.Id}"));
        Assert.Equal("CR012", await App.Database.RefusalAsync(
            "SELECT grant_credits($1, 1, 'paid', 'A test', 'k', $2, 'api')", user, $"key:{key.Id}"));
        Assert.Equal(401, await UntilAsync(async () => (await api.ReadAsync($"/v1/balances/{user}")).Status, 401));
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_key_cannot_be_made_for_the_past()
    {
        var refused = await Keys.CreateAsync(
            "late", ["jobs:read"], Caller.CommandLine, Cancel, DateTimeOffset.UtcNow.AddMinutes(-1));

        Assert.Equal(RefusalCode.InvalidInput, refused.Refusal?.Code);
    }

    [Fact]
    public async Task A_rotated_key_is_the_same_caller_and_its_old_secret_works_for_a_while()
    {
        var user = await App.Database.SignUpAsync();
        var old = await CreateAsync();
        using var before = App.ClientWith(old.Key);
        var charged = await before.ChargeAsync(user, 1, "k");

        var rotated = (await Keys.RotateAsync(ApiKey.LookupOf(old.Key)!, TimeSpan.FromHours(1), Caller.CommandLine, Cancel)).Value!;
        using var after = App.ClientWith(rotated.Key);

        Assert.Equal((old.Id, true), (rotated.Id, rotated.Key != old.Key));
        // What the old secret charged is a repetition for the new one, not another charge.
        Assert.Equal((charged.Text, true), ((await after.ChargeAsync(user, 1, "k")).Text, (await after.ChargeAsync(user, 1, "k")).Replayed));
        Assert.Equal(200, (await before.ReadAsync($"/v1/balances/{user}")).Status);

        await App.Database.ExecuteAsync("UPDATE credits.api_keys SET previous_until = now() WHERE id = $1", old.Id);
        Assert.Equal(401, await UntilAsync(async () => (await before.ReadAsync($"/v1/balances/{user}")).Status, 401));
        Assert.Equal(200, (await after.ReadAsync($"/v1/balances/{user}")).Status);
    }

    [Fact]
    public async Task Without_overlap_the_old_secret_ends_and_a_key_that_ended_is_not_rotated()
    {
        var user = await App.Database.SignUpAsync();
        var (old, expired) = (await CreateAsync(), await CreateAsync());
        await Keys.RotateAsync(old.Id.ToString(), TimeSpan.Zero, Caller.CommandLine, Cancel);
        await ExpireAsync(expired.Id);
        using var api = App.ClientWith(old.Key);

        Assert.Equal(401, (await api.ReadAsync($"/v1/balances/{user}")).Status);
        foreach (var (key, overlap) in new[] { (expired.Id, 1.0), (Guid.NewGuid(), 1.0), (old.Id, -1.0), (old.Id, 24.0 * 31) })
        {
            var refused = await Keys.RotateAsync($"{key}", TimeSpan.FromHours(overlap), Caller.CommandLine, Cancel);
            Assert.Equal(RefusalCode.InvalidInput, refused.Refusal?.Code);
        }
    }

    [Fact]
    public async Task The_last_use_is_written_down_once_a_minute_at_most()
    {
        var user = await App.Database.SignUpAsync();
        var key = await CreateAsync();
        using var api = App.ClientWith(key.Key);
        await api.ReadAsync($"/v1/balances/{user}");
        Assert.True(await UntilAsync(async () => await UsedAsync(key.Id) is not null, true));

        await SetUsedAsync(key.Id, "30 seconds");
        var recent = await UsedAsync(key.Id);
        await Keys.TouchAsync(key.Id, Cancel);
        Assert.Equal(recent, await UsedAsync(key.Id));

        await SetUsedAsync(key.Id, "61 seconds");
        await using (var connection = await App.Database.OpenAsync())
        await using (var transaction = await connection.BeginTransactionAsync(Cancel))
        {
            // Somebody holds the row: nobody waits.
            await using var hold = new Npgsql.NpgsqlCommand($"SELECT 1 FROM credits.api_keys WHERE id = '{key.Id}' FOR UPDATE", connection);
            await hold.ExecuteNonQueryAsync(Cancel);
            await Keys.TouchAsync(key.Id, Cancel).WaitAsync(TimeSpan.FromSeconds(2), Cancel);
            Assert.Equal(201, (await api.ChargeAsync(user)).Status);
        }

        var before = await UsedAsync(key.Id);
        await Keys.TouchAsync(key.Id, Cancel);
        Assert.True(await UsedAsync(key.Id) > before);
    }

    private async Task<NewApiKey> CreateAsync(DateTimeOffset? expires = null) => (await Keys.CreateAsync(
        "test", ["jobs:write", "balances:read", "grants:write"], Caller.CommandLine, Cancel, expires)).Value!;

    private Task<int> ExpireAsync(Guid key) => App.Database.ExecuteAsync(
        "UPDATE credits.api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", key);

    private Task<int> SetUsedAsync(Guid key, string ago) => App.Database.ExecuteAsync(
        $"UPDATE credits.api_keys SET last_used_at = now() - interval '{ago}' WHERE id = $1", key);

    private async Task<DateTime?> UsedAsync(Guid key) =>
        await App.Database.ScalarAsync<object>("SELECT last_used_at FROM credits.api_keys WHERE id = $1", key) as DateTime?;

    // Polls, because the app remembers a key for a few seconds.
    private static async Task<T> UntilAsync<T>(Func<Task<T>> read, T wanted)
    {
        var deadline = DateTimeOffset.UtcNow.AddSeconds(10);
        var value = await read();
        while (!Equals(value, wanted) && DateTimeOffset.UtcNow < deadline)
        {
            await Task.Delay(100, Cancel);
            value = await read();
        }

        return value;
    }
}
