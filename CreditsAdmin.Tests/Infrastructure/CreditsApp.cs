using System.Net.Http.Headers;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Data.Staff;
using CreditsAdmin.Data.Users;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>The whole app on a real port, over a database of its own.</summary>
public class CreditsApp(TestCluster cluster) : WebApplicationFactory<Program>, IAsyncLifetime
{
    /// <summary>Signs users' own tokens in tests.</summary>
    public const string JwtSecret = "a-secret-of-the-tests-that-is-long-enough-for-hs256";

    public const string Password = "correct horse battery";

    public TestDatabase Database { get; private set; } = null!;

    /// <summary>Off: tests check the books themselves.</summary>
    protected virtual string LedgerWatchSeconds => "0";

    /// <summary>Settings of this app alone.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    /// <summary>Such as <c>http://127.0.0.1:40123</c>.</summary>
    public string BaseUrl { get; private set; } = "";

    /// <summary>The owner's connection string that the app is started with.</summary>
    protected virtual async Task<string> ConnectionStringAsync()
    {
        Database = await cluster.CreateDatabaseAsync();
        return Database.OwnerConnectionString;
    }

    public async ValueTask InitializeAsync()
    {
        connectionString = await ConnectionStringAsync();
        UseKestrel(0);
        StartServer();
        BaseUrl = ClientOptions.BaseAddress.ToString().TrimEnd('/');
    }

    private string connectionString = "";

    protected override IHost CreateHost(IHostBuilder builder)
    {
        builder.UseContentRoot(Repository.Root);
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(Settings.UnionBy(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:Credits"] = connectionString,
                ["Supabase:JwtSecret"] = JwtSecret,
                ["SignUp:Open"] = "true",
                ["LedgerWatch:Seconds"] = LedgerWatchSeconds,
                ["Logging:LogLevel:Default"] = "Error",
                ["Logging:LogLevel:CreditsAdmin.Web.Hosting"] = "None",
                // Many tests are one address and one user for a moment.
                ["RateLimits:User:Reads"] = "1000000/60",
                ["RateLimits:User:Writes"] = "1000000/60",
                ["RateLimits:Address:Reads"] = "1000000/60",
                ["RateLimits:Address:Writes"] = "1000000/60",
                ["RateLimits:Address:SignIn"] = "1000000/60",
            },
            setting => setting.Key)));
        return base.CreateHost(builder);
    }

    /// <summary>A client that calls with an API key of these scopes; all of them when none is named.</summary>
    public async Task<HttpClient> ApiClientAsync(params string[] scopes)
    {
        var key = await Services.GetRequiredService<ApiKeyCommands>().CreateAsync(
            "test", scopes.Length == 0 ? [.. ApiKey.KnownScopes] : scopes, Caller.CommandLine, CancellationToken.None);
        return ClientWith(key.Value!.Key);
    }

    /// <summary>A client that calls with this bearer token.</summary>
    public HttpClient ClientWith(string token)
    {
        var client = new HttpClient { BaseAddress = new Uri(BaseUrl) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Somebody who can sign in with <see cref="Password"/>; with a role, a member of staff.</summary>
    public async Task<Guid> PersonAsync(string email, string? role = null)
    {
        var user = await Services.GetRequiredService<UserCommands>().CreateAsync(
            email, name: null, Passwords.Hash(Password), demo: false, CancellationToken.None);
        if (role is not null)
        {
            await Services.GetRequiredService<StaffCommands>().SetAsync(
                user.Value!.Id, role, passwordHash: null, Caller.CommandLine, CancellationToken.None);
        }

        return user.Value!.Id;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
    }
}

/// <summary>Tests over HTTP on the class's own app. After each of them the laws hold.</summary>
public abstract class AppTest(CreditsApp app) : IClassFixture<CreditsApp>, IAsyncLifetime
{
    protected CreditsApp App { get; } = app;

    protected static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Laws.AssertAsync(App.Database);
    }
}
