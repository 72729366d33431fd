using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Contract;

/// <summary>An app that lets a key read only so often.</summary>
public sealed class PatientApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?> { ["RateLimits:Key:Reads"] = "50/600" };
}

/// <summary>The example front end against a running app.</summary>
public class FrontEndTests(PatientApp app, NodePackages node) : IClassFixture<PatientApp>
{
    [Fact]
    public async Task The_front_end_goes_through_the_whole_cycle()
    {
        await node.BuildAsync();
        var (api, user) = (await app.ApiClientAsync(), await app.Database.SignUpAsync(free: 5, paid: 10));
        Assert.Equal(201, (await api.PostAsync("/v1/prices", new { operation = "image", credits = 3 })).Status);

        var (exit, output, error) = await NodePackages.TryAsync(NodePackages.FrontEnd, new()
        {
            ["CREDITS_URL"] = app.BaseUrl,
            ["CREDITS_KEY"] = api.DefaultRequestHeaders.Authorization!.Parameter!,
            ["CREDITS_USER"] = $"{user}",
        }, "node", "dist/main.js");

        Assert.True(exit == 0, output + error);
        Assert.Equal(
        [
            "The user has 15 credits.",
            "An image costs 3 credits; that is enough.",
            "Generated: completed, charged 3, 1 came back.",
            "Not generated: failed, 2 of 2 came back.",
            "402 insufficient_credits: You need 999987 more credits.",
            "409 job_already_finished: This generation has ended already.",
            "422 idempotency_key_reuse: This generation was started with other settings.",
            "The user has 12 credits; 3 were spent.",
            "429 rate_limited: That was a lot at once. Try again in a moment.",
        ], output.TrimEnd().Split('\n'));
        Assert.Equal((2, 10), await app.Database.BalanceAsync(user));
        await Laws.AssertAsync(app.Database);
    }
}
