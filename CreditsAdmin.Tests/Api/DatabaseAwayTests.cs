using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Api;

/// <summary>An app whose database was never migrated.</summary>
public sealed class UnmigratedApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override Task<string> ConnectionStringAsync() => Cluster.CreateEmptyDatabaseAsync();

    private TestCluster Cluster { get; } = cluster;
}

/// <summary>An app whose database is not there.</summary>
public sealed class UnreachableApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override Task<string> ConnectionStringAsync() =>
        Task.FromResult("Host=127.0.0.1;Port=1;Username=owner;Password=a-secret-word;Database=credits;Timeout=2");
}

/// <summary>What people meet when the tables are missing (seed system 000 exists because they met no way forward).</summary>
public class UnmigratedTests(UnmigratedApp app) : IClassFixture<UnmigratedApp>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/admin/users")]
    public async Task Every_page_names_what_is_missing_and_the_command_that_mends_it(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };

        var response = await client.GetAsync(path, Xunit.TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken);

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Contains("credits.accounts", html, StringComparison.Ordinal);
        Assert.Contains("dotnet run --project CreditsAdmin.Web -- migrate", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_says_503_and_why_while_live_is_fine()
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };

        var ready = await client.ReadAsync("/health/ready");

        Assert.Equal(503, ready.Status);
        Assert.Contains("table credits.ledger_entries", ready.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await client.ReadAsync("/health/live")).Status);
    }

    [Fact]
    public async Task The_API_says_503_and_when_to_come_back()
    {
        using var client = app.ClientWith("ca_live_00000000_0000000000000000000000000000000000000000000");

        var refused = await client.ChargeAsync(Guid.NewGuid());

        Assert.Equal((503, "/problems/service-unavailable"), (refused.Status, refused["type"]));
        Assert.NotNull(refused.Response.Headers.RetryAfter);
    }
}

/// <summary>What people meet when the database does not answer.</summary>
public class UnreachableTests(UnreachableApp app) : IClassFixture<UnreachableApp>
{
    [Fact]
    public async Task The_page_says_that_the_database_cannot_be_reached_and_tells_no_secret()
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };

        var response = await client.GetAsync("/sign-in", Xunit.TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken);

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Contains("cannot be reached", html, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Credits", html, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-word", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_says_503()
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.BaseUrl) };

        Assert.Equal(503, (await client.ReadAsync("/health/ready")).Status);
    }
}
