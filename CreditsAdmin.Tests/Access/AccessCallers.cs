using System.Net;
using System.Text.RegularExpressions;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace CreditsAdmin.Tests.Access;

/// <summary>Everybody who may come: with an API key, a token, a cookie, or nothing.</summary>
internal sealed partial class AccessCallers
{
    /// <summary>The columns of the table, in order.</summary>
    public static readonly string[] Names =
    [
        "nobody", "key", "key without the scope", "revoked key", "expired key", "user, own", "user, another's", "service_role token",
        "admin", "support", "customer",
    ];

    private readonly Dictionary<string, HttpClient> clients = [];

    /// <summary>Whose rows are asked for.</summary>
    public Guid Owner { get; private init; }

    /// <summary>Whoever sets things up: a key with every scope.</summary>
    public HttpClient Api { get; private init; } = null!;

    public HttpClient this[string caller] => clients[caller];

    /// <summary>A client with a key that has every scope but these.</summary>
    public static async Task<HttpClient> WithoutAsync(CreditsApp app, IEnumerable<string> scopes) =>
        Quiet(app, await KeyAsync(app, ApiKey.KnownScopes.Except(scopes).ToArray()));

    public static async Task<AccessCallers> CreateAsync(CreditsApp app)
    {
        var owner = await app.Database.SignUpAsync(free: 0, paid: 100_000);
        var revoked = await KeyAsync(app, [.. ApiKey.KnownScopes]);
        await app.Services.GetRequiredService<ApiKeyCommands>()
            .RevokeAsync(ApiKey.LookupOf(revoked)!, Caller.CommandLine, CancellationToken.None);
        var callers = new AccessCallers { Owner = owner, Api = await app.ApiClientAsync() };
        await callers.Api.PostAsync("/v1/prices", """{"provider":"openai","model":"gpt-4o","input_per_million":"2","output_per_million":"9"}""");
        callers.clients["nobody"] = Quiet(app, null);
        callers.clients["key"] = Quiet(app, await KeyAsync(app, [.. ApiKey.KnownScopes]));
        callers.clients["revoked key"] = Quiet(app, revoked);
        callers.clients["expired key"] = Quiet(app, await ExpiredAsync(app));
        callers.clients["user, own"] = Quiet(app, UserTokens.Of(owner));
        callers.clients["user, another's"] = Quiet(app, UserTokens.Of(await app.Database.SignUpAsync()));
        callers.clients["service_role token"] = Quiet(app, UserTokens.Of(owner, "service_role"));
        foreach (var (name, role) in new[] { ("admin", "admin"), ("support", "support"), ("customer", (string?)null) })
        {
            callers.clients[name] = await SignInAsync(app, $"{name}@example.com", role);
        }

        return callers;
    }

    private static async Task<string> KeyAsync(CreditsApp app, string[] scopes) =>
        (await app.ApiClientAsync(scopes)).DefaultRequestHeaders.Authorization!.Parameter!;

    private static async Task<string> ExpiredAsync(CreditsApp app)
    {
        var key = await KeyAsync(app, [.. ApiKey.KnownScopes]);
        await app.Database.ExecuteAsync(
            "UPDATE credits.api_keys SET expires_at = clock_timestamp() WHERE lookup = $1", ApiKey.LookupOf(key)!);
        return key;
    }

    private static HttpClient Quiet(CreditsApp app, string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.BaseUrl) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    // The way a browser does it, the form's own token included.
    private static async Task<HttpClient> SignInAsync(CreditsApp app, string email, string? role)
    {
        await app.PersonAsync(email, role);
        var client = Quiet(app, null);
        var page = await client.GetStringAsync("/sign-in");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = AntiforgeryToken().Match(page).Groups[1].Value,
            ["Form.Email"] = email,
            ["Form.Password"] = CreditsApp.Password,
        });
        using var answer = await client.PostAsync("/sign-in", form);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return client;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken();
}
