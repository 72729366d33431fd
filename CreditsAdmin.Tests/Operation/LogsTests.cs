using System.Text.Json;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Tests.RateLimits;

namespace CreditsAdmin.Tests.Operation;

/// <summary>What the app prints in production, told to print everything it can.</summary>
public class LogsTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task Every_line_is_JSON_with_the_requests_id_and_no_secret_is_in_any()
    {
        var keys = new ApiKeyCommands(Database.Credits);
        var key = (await keys.CreateAsync("test", ApiKey.KnownScopes.ToList(), Caller.CommandLine, Cancel)).Value!.Key;
        var user = await Database.SignUpAsync();
        var token = UserTokens.Of(user);
        const string unknownKey = "ca_live_00000000_0123456789012345678901234567890123456789012";
        var port = Ports.Free();
        var url = $"http://127.0.0.1:{port}";
        await using var app = await AppProcess.ServeOverAsync(Database.OwnerConnectionString, port,
            ("Logging__LogLevel__Default", "Trace"), ("Logging__LogLevel__Microsoft", "Trace"),
            ("Supabase__JwtSecret", CreditsApp.JwtSecret), ("LedgerWatch__Seconds", "0"));
        foreach (var secret in new[] { key, token, unknownKey })
        {
            using var client = new HttpClient { BaseAddress = new Uri(url) };
            client.DefaultRequestHeaders.Authorization = new("Bearer", secret);
            client.DefaultRequestHeaders.Add("X-Request-Id", "find-me");
            await client.ChargeAsync(user);
            await client.ReadAsync($"/v1/balances/{user}");
            await client.PostAsync("/v1/jobs", "{");
        }

        // The database fails under a request: what is logged then is the most there is.
        await Database.ExecuteAsync("ALTER VIEW public.balances RENAME TO gone");
        using (var client = new HttpClient { BaseAddress = new Uri(url) })
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            client.DefaultRequestHeaders.Add("X-Request-Id", "failing");
            Assert.Equal(500, (await client.ReadAsync($"/v1/balances/{user}")).Status);
        }

        await Database.ExecuteAsync("ALTER VIEW public.gone RENAME TO balances");
        await app.StopAsync();

        var output = app.Output;
        foreach (var secret in new[] { key, key.Split('_')[^1], token, token.Split('.')[2], unknownKey, CreditsApp.JwtSecret })
        {
            Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
        }

        var password = new Npgsql.NpgsqlConnectionStringBuilder(Database.Logins.App).Password!;
        Assert.DoesNotContain(password, output, StringComparison.Ordinal);
        var lines = output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.True(lines.Count > 50, output);
        Assert.Contains(lines, line => line.GetProperty("LogLevel").GetString() == "Error"
            && line.GetProperty("Scopes").EnumerateArray().Any(scope =>
                scope.ValueKind == JsonValueKind.Object && scope.TryGetProperty("RequestId", out var id) && id.GetString() == "failing"));
        // Nothing but the welcome for people is anything else.
        var others = output.Split('\n').Where(line => !line.StartsWith('{') && line.Trim().Length > 0).ToList();
        Assert.True(others.Count <= 5, string.Join('\n', others));
    }
}
