using System.Globalization;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>Lists of jobs: what they can be narrowed by, and how their pages turn.</summary>
public class JobListTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task Every_filter_narrows_the_list()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(20, 0));
        var started = DateTimeOffset.UtcNow;
        var ids = new List<string?>();
        for (var i = 0; i < 4; i++) ids.Add((await api.ChargeAsync(user, 2))["id"]);
        await api.PostAsync($"/v1/jobs/{ids[0]}/complete");
        await api.PostAsync($"/v1/jobs/{ids[1]}/fail", new { error = "It broke" });
        await api.PostAsync("/v1/jobs", new { user, operation = "video", cost = 1 });

        Assert.Equal(5, (await ListAsync(api, $"user={user}")).Count);
        Assert.Equal([ids[0]], await ListAsync(api, $"user={user}&status=completed"));
        Assert.Equal([ids[1]], await ListAsync(api, $"user=user_{user}&status=failed"));
        Assert.Equal(3, (await ListAsync(api, $"user=usr_{user}&status=pending")).Count);
        Assert.Single(await ListAsync(api, $"user={user}&operation=video"));
        Assert.Empty(await ListAsync(api, $"user={user}&status=expired"));
        Assert.Equal(5, (await ListAsync(api, $"user={user}&from={Text(started)}&to={Text(started.AddHours(1))}")).Count);
        Assert.Empty(await ListAsync(api, $"user={user}&to={Text(started)}"));
        Assert.Empty(await ListAsync(api, $"user={user}&from={Text(started.AddHours(1))}"));
        Assert.Contains(ids[1], await ListAsync(api, $"status=failed&from={Text(started)}"));
        Assert.DoesNotContain(ids[1], await ListAsync(api, $"status=failed&to={Text(started)}"));
        Assert.Empty(await ListAsync(api, $"user={Guid.NewGuid()}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_turn_both_ways_without_gaps(bool ofOneUser)
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(20, 0));
        var ids = new List<string?>();
        for (var i = 0; i < 7; i++) ids.Insert(0, (await api.ChargeAsync(user))["id"]);
        var filter = ofOneUser ? $"user={user}&" : "";

        var first = await api.ReadAsync($"/v1/jobs?{filter}limit=3");
        var second = await api.ReadAsync($"/v1/jobs?{filter}limit=3&before={first["next_cursor"]}");
        Assert.Equal(ids.Take(6), Ids(first).Concat(Ids(second)));
        Assert.Equal("True", second["has_more"]);
        Assert.Equal(
            $"</v1/jobs?{filter}limit=3&before={first["next_cursor"]}>; rel=\"next\"",
            first.Response.Headers.GetValues("Link").Single());

        // Newer than the fifth: the two closest to it first.
        var newer = await api.ReadAsync($"/v1/jobs?{filter}limit=2&after={second["next_cursor"]}");
        Assert.Equal([ids[3], ids[4]], Ids(newer));
        var newest = await api.ReadAsync($"/v1/jobs?{filter}limit=5&after={newer["next_cursor"]}");
        Assert.Equal(ids.Take(3), Ids(newest));
        Assert.Equal(("False", ""), (newest["has_more"], newest["next_cursor"]));
    }

    [Theory]
    [InlineData("status=done")]
    [InlineData("status=pending&status=failed")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("before=17")]
    [InlineData("before=AAAAAAAAAAA")]
    [InlineData("before=AAAAAAAAABE=")]
    [InlineData("before=AAAAAAAAABE&after=AAAAAAAAABE")]
    [InlineData("from=2026-01-31")]
    [InlineData("from=2026-01-31T12:00:00")]
    [InlineData("from=2026-02-30T12:00:00Z")]
    [InlineData("from=2026-01-31T12:00:00%2B25:00")]
    [InlineData("to=infinity")]
    [InlineData("user=everybody")]
    [InlineData("operation=")]
    [InlineData("operation=a%00b")]
    [InlineData("sort=cost")]
    public async Task What_cannot_be_understood_is_refused_by_name(string query)
    {
        var api = await App.ApiClientAsync();

        var refused = await api.ReadAsync($"/v1/jobs?{(query.StartsWith("user", StringComparison.Ordinal) ? "" : "user=" + Guid.NewGuid() + "&")}{query}");

        Assert.Equal((400, "invalid_input"), (refused.Status, refused["code"]));
        Assert.Contains(query[..query.IndexOf('=')], refused["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_lists_their_own_jobs_and_nobody_elses()
    {
        var (api, ana, bo) = (await App.ApiClientAsync(), await App.Database.SignUpAsync(), await App.Database.SignUpAsync());
        var mine = (await api.ChargeAsync(ana))["id"];
        await api.ChargeAsync(bo);
        using var user = App.UserClient(ana);

        Assert.Equal([mine], await ListAsync(user, ""));
        Assert.Equal([mine], await ListAsync(user, "status=pending"));
        Assert.Equal([mine], await ListAsync(user, $"user={ana}"));
        Assert.Empty(await ListAsync(user, $"user={bo}"));
        Assert.Empty(await ListAsync(user, $"user={bo}&status=pending"));
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static async Task<List<string?>> ListAsync(HttpClient client, string query) =>
        Ids(await client.ReadAsync($"/v1/jobs?{query}")).ToList();

    private static IEnumerable<string?> Ids(Answer page) =>
        page.Json.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("id").GetString());
}
