using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Lists of ledger entries.</summary>
public class LedgerApiTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task Every_filter_narrows_the_list()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = (await api.ChargeAsync(user, 2))["id"];
        await api.ChargeAsync(user, 1);
        await api.PostAsync($"/v1/jobs/{job}/fail");
        var list = $"/v1/ledger_entries?user=usr_{user}";
        var times = (await api.ReadAsync(list)).Json.GetProperty("data").EnumerateArray()
            .Select(entry => entry.GetProperty("created_at").GetString()).ToList();

        Assert.Equal([4, 3, 2, 1], await SeqsAsync(api, list));
        Assert.Equal([3, 2], await SeqsAsync(api, $"{list}&kind=charge"));
        Assert.Equal([4, 2], await SeqsAsync(api, $"{list}&job=job_{job}"));
        Assert.Equal([2], await SeqsAsync(api, $"{list}&job={job}&kind=charge"));
        Assert.Empty(await SeqsAsync(api, $"{list}&job={Guid.NewGuid()}"));
        Assert.Equal([4, 3], await SeqsAsync(api, $"{list}&from={times[1]}"));
        Assert.Equal([2, 1], await SeqsAsync(api, $"{list}&to={times[1]}"));
        Assert.Equal([3], await SeqsAsync(api, $"{list}&from={times[1]}&to={times[0]}"));
    }

    [Fact]
    public async Task Pages_turn_both_ways()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        for (var i = 0; i < 4; i++) await api.ChargeAsync(user);
        var list = $"/v1/ledger_entries?user={user}&limit=2";

        var first = await api.ReadAsync(list);
        var second = await api.ReadAsync($"{list}&before={first["next_cursor"]}");
        Assert.Equal([5, 4, 3, 2], [.. Seqs(first), .. Seqs(second)]);
        var newer = await api.ReadAsync($"{list}&after={second["next_cursor"]}");
        Assert.Equal([4, 3], Seqs(newer));
        Assert.Equal([5], await SeqsAsync(api, $"{list}&after={newer["next_cursor"]}"));
    }

    [Theory]
    [InlineData("kind=gift")]
    [InlineData("job=mine")]
    [InlineData("from=now")]
    [InlineData("before=5")]
    [InlineData("before=AAAAAAAAAAU&after=AAAAAAAAAAU")]
    [InlineData("offset=10")]
    public async Task What_cannot_be_understood_is_refused(string query)
    {
        var api = await App.ApiClientAsync();

        Assert.Equal(400, (await api.ReadAsync($"/v1/ledger_entries?user={Guid.NewGuid()}&{query}")).Status);
        Assert.Equal(400, (await api.ReadAsync("/v1/ledger_entries")).Status);
    }

    [Fact]
    public async Task Somebody_elses_job_narrows_a_users_list_to_nothing()
    {
        var (ana, bo) = (await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        var theirs = (await (await App.ApiClientAsync()).ChargeAsync(bo))["id"];
        using var user = App.UserClient(ana);

        Assert.Empty(await SeqsAsync(user, $"/v1/me/ledger_entries?job={theirs}"));
        Assert.Equal([1], await SeqsAsync(user, "/v1/me/ledger_entries"));
    }

    private static async Task<List<long>> SeqsAsync(HttpClient client, string path) => Seqs(await client.ReadAsync(path));

    private static List<long> Seqs(Answer page) =>
        [.. page.Json.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("seq").GetInt64())];
}
