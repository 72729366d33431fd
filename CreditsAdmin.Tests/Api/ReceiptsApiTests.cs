using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Claims of payments: by users for themselves, by front ends for their users.</summary>
public class ReceiptsApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task A_user_claims_their_payment_once()
    {
        var (ana, reference) = (await App.Database.SignUpAsync(), $"BMC-{Guid.NewGuid()}");
        using var user = App.UserClient(ana);
        var claim = new { reference, amount_cents = 500, note = "Thanks" };

        var made = await user.PostAsync("/v1/me/receipts", claim, "k");
        Assert.Equal((201, "pending", "bmc", "500", "USD"),
            (made.Status, made["status"], made["provider"], made["amount_cents"], made["currency"]));
        Assert.Equal(ana.ToString(), made["user"]);
        Assert.Equal(made.Text, (await user.PostAsync("/v1/receipts", claim, "k")).Text);
        Assert.Equal(422, (await user.PostAsync("/v1/me/receipts", claim with { amount_cents = 501 }, "k")).Status);

        // Rejected by staff: the old key still stands for the old claim, a new one claims again.
        await App.Database.ExecuteAsync("SELECT reject_receipt($1, 'Not found')", Guid.Parse(made["id"]!));
        var replayed = await user.PostAsync("/v1/me/receipts", claim, "k");
        Assert.Equal((made.Text, true), (replayed.Text, replayed.Replayed));
        var second = await user.PostAsync("/v1/me/receipts", claim, "k2");
        Assert.NotEqual(made["id"], second["id"]);
        Assert.Equal(second.Text, (await user.PostAsync("/v1/me/receipts", claim, "k2")).Text);

        var list = (await user.ReadAsync("/v1/me/receipts")).Json.GetProperty("data");
        Assert.Equal(["pending", "rejected"], list.EnumerateArray().Select(one => one.GetProperty("status").GetString()));
        Assert.Equal("Not found", list[1].GetProperty("decision_reason").GetString());
        Assert.Equal((5, 0), await App.Database.BalanceAsync(ana));
    }

    [Fact]
    public async Task A_front_end_claims_for_its_user_when_it_has_the_scope()
    {
        var (user, reference) = (await App.Database.SignUpAsync(), $"pi_{Guid.NewGuid()}");
        var api = await App.ApiClientAsync("receipts:write");
        var claim = new { user = $"usr_{user}", provider = "stripe", reference, amount_cents = 1999, currency = "EUR" };

        var made = await api.PostAsync("/v1/receipts", claim, "k");

        Assert.Equal((201, "stripe", "EUR"), (made.Status, made["provider"], made["currency"]));
        Assert.Equal(made.Text, (await api.PostAsync("/v1/receipts", claim, "k")).Text);
        Assert.Equal(200, (await api.ReadAsync($"/v1/receipts/rcpt_{made["id"]}")).Status);
        Assert.StartsWith("key:", await App.Database.ScalarAsync<string>(
            "SELECT claimed_by FROM credits.receipts WHERE id = $1", Guid.Parse(made["id"]!)), StringComparison.Ordinal);
        Assert.Equal(403, (await (await App.ApiClientAsync("receipts:read")).PostAsync("/v1/receipts", claim)).Status);
        Assert.Equal(404, (await api.PostAsync("/v1/receipts", claim with { user = $"{Guid.NewGuid()}", reference = "X1" })).Status);
        Assert.Equal(409, (await api.PostAsync("/v1/receipts", claim with { amount_cents = 1 })).Status);
    }

    [Fact]
    public async Task The_list_has_filters_and_pages()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var ids = new List<string?>();
        foreach (var provider in new[] { "bmc", "stripe", "manual" })
        {
            var claim = new { user, provider, reference = $"{provider} {user}", amount_cents = 500 };
            ids.Insert(0, (await api.PostAsync("/v1/receipts", claim))["id"]);
        }

        await App.Database.ExecuteAsync("SELECT verify_receipt($1, 3)", Guid.Parse(ids[0]!));

        Assert.Equal(ids, await IdsAsync(api, $"user={user}"));
        Assert.Equal([ids[0]], await IdsAsync(api, $"user={user}&status=verified"));
        Assert.Equal([ids[1]], await IdsAsync(api, $"user={user}&provider=stripe"));
        Assert.Contains(ids[1], await IdsAsync(api, "status=pending"));
        var first = await api.ReadAsync($"/v1/receipts?user={user}&limit=2");
        Assert.Equal([ids[2]], await IdsAsync(api, $"user={user}&limit=2&before={first["next_cursor"]}"));
        Assert.Equal(400, (await api.ReadAsync("/v1/receipts?status=open")).Status);
        Assert.Equal(400, (await api.ReadAsync("/v1/receipts?before=AAAAAAAAAAU")).Status);
        Assert.Equal("3", (await api.ReadAsync($"/v1/receipts/{ids[0]}"))["credits"]);
    }

    [Fact]
    public async Task A_user_has_twenty_waiting_claims_at_most()
    {
        var ana = await App.Database.SignUpAsync();
        using var user = App.UserClient(ana);
        for (var i = 0; i < 20; i++) await ClaimAsync(user, $"{ana} {i}");

        Assert.Equal(429, (await ClaimAsync(user, $"{ana} 21")).Status);
    }

    [Fact]
    public async Task A_user_claims_for_nobody_else_and_sees_nobody_elses()
    {
        var (ana, bo) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        using var user = App.UserClient(ana);
        using var other = App.UserClient(bo);
        var theirs = (await ClaimAsync(other, $"{bo}"))["id"];

        Assert.Equal(403, (await user.PostAsync("/v1/receipts", new { user = bo, reference = $"{ana}", amount_cents = 1 })).Status);
        Assert.Equal(403, (await user.PostAsync("/v1/me/receipts", new { provider = "stripe", reference = $"{ana}", amount_cents = 1 })).Status);
        var (found, missing) = (await user.ReadAsync($"/v1/receipts/{theirs}"), await user.ReadAsync($"/v1/receipts/{Guid.NewGuid()}"));
        Assert.Equal((404, 404, missing["detail"]), (found.Status, missing.Status, found["detail"]));
        Assert.Empty(await IdsAsync(user, $"user={bo}"));
        Assert.Empty(await IdsAsync(user, ""));
    }

    [Theory]
    [InlineData("""{"amount_cents":500}""", "reference")]
    [InlineData("""{"reference":"--","amount_cents":500}""", "reference")]
    [InlineData("""{"reference":"B1"}""", "amount_cents")]
    [InlineData("""{"reference":"B1","amount_cents":5.5}""", "amount_cents")]
    [InlineData("""{"reference":"B1","amount_cents":500,"currency":"usd"}""", "currency")]
    [InlineData("""{"reference":"B1","amount_cents":500,"status":"verified"}""", "status")]
    public async Task What_is_no_claim_is_400(string body, string field)
    {
        using var user = App.UserClient(await App.Database.SignUpAsync());

        var refused = await user.PostAsync("/v1/me/receipts", body);

        Assert.Equal((400, field), (refused.Status, refused.Json.GetProperty("errors")[0].GetProperty("field").GetString()));
    }

    private static Task<Answer> ClaimAsync(HttpClient user, string reference) =>
        user.PostAsync("/v1/me/receipts", new { reference, amount_cents = 500 });

    private static async Task<List<string?>> IdsAsync(HttpClient client, string query) =>
        [.. (await client.ReadAsync($"/v1/receipts?{query}")).Json.GetProperty("data").EnumerateArray()
            .Select(one => one.GetProperty("id").GetString())];
}
