using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>A job that nobody wants any more: it has failed, with the error <c>cancelled</c>.</summary>
public class CancelJobTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public async Task Cancelling_gives_everything_back_once()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = await api.ChargeAsync(user, 3);

        var first = await api.PostAsync($"/v1/jobs/job_{job["id"]}/cancel", null, "k");
        var again = await api.PostAsync($"/v1/jobs/{job["id"]}/cancel", null, "k");
        var another = await api.PostAsync($"/v1/jobs/{job["id"]}/cancel", new { });

        Assert.Equal((200, "failed", "cancelled", "3"), (first.Status, first["status"], first["error"], first["refunded"]));
        Assert.Equal((first.Text, first.Text), (again.Text, another.Text));
        Assert.True(!first.Replayed && again.Replayed && another.Replayed);
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_job_that_ended_otherwise_stays_as_it_is()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var job = await api.ChargeAsync(user, 3);
        await api.PostAsync($"/v1/jobs/{job["id"]}/complete", new { actual_cost = 1 });

        var refused = await api.PostAsync($"/v1/jobs/{job["id"]}/cancel");

        Assert.Equal((409, "job_already_finished"), (refused.Status, refused["code"]));
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task It_needs_a_key_a_job_and_the_scope_and_takes_nothing_else()
    {
        var (api, user) = (await App.ApiClientAsync(), await App.Database.SignUpAsync());
        var path = $"/v1/jobs/{(await api.ChargeAsync(user))["id"]}/cancel";
        using var self = App.UserClient(user);
        using var noKey = new HttpRequestMessage(HttpMethod.Post, path);

        Assert.Equal(400, (int)(await api.SendAsync(noKey, Cancel)).StatusCode);
        Assert.Equal(400, (await api.PostAsync(path, new { error = "x" })).Status);
        Assert.Equal(404, (await api.PostAsync($"/v1/jobs/{Guid.NewGuid()}/cancel")).Status);
        Assert.Equal(403, (await (await App.ApiClientAsync("jobs:read")).PostAsync(path)).Status);
        Assert.Equal(403, (await self.PostAsync(path)).Status);
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
    }
}
