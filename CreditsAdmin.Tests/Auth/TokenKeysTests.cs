using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Tests.Auth;

/// <summary>Where public keys come from: how often, how long they serve, and what a broken server can do.</summary>
public sealed class TokenKeysTests : IAsyncLifetime
{
    private readonly TestTokens project = new();
    private readonly ManualTime time = new();
    private KeyServer server = null!;
    private TokenKeys keys = null!;

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = (await KeyServer.StartAsync()).Publish(project.Jwks);
        keys = Keys(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        keys.Dispose();
        project.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Keys_are_read_once_for_many_who_ask_at_once()
    {
        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => FindAsync(i % 2 == 0 ? "ec" : "rsa")));

        Assert.All(found, Assert.NotNull);
        Assert.Equal(1, server.Asked);
    }

    [Fact]
    public async Task Unknown_names_are_asked_about_once_a_minute()
    {
        for (var i = 0; i < 200; i++) Assert.Null(await FindAsync($"made-up-{i}"));
        Assert.Equal(1, server.Asked);

        time.Pass(TimeSpan.FromSeconds(59));
        await FindAsync("made-up");
        Assert.Equal(1, server.Asked);
        time.Pass(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => FindAsync($"made-up-too-{i}")));
        Assert.Equal(2, server.Asked);
    }

    [Fact]
    public async Task A_new_key_is_known_within_a_minute_and_a_withdrawn_one_forgotten()
    {
        Assert.NotNull(await FindAsync("ec"));
        server.Publish($$"""{"keys":[{{project.CurveJwk("new")}}]}""");

        Assert.Null(await FindAsync("new"));
        time.Pass(TimeSpan.FromSeconds(60));
        Assert.NotNull(await FindAsync("new"));
        Assert.Null(await FindAsync("ec"));
        Assert.Equal(2, server.Asked);
    }

    [Fact]
    public async Task Known_keys_are_read_again_beside_the_request()
    {
        Assert.NotNull(await FindAsync("ec"));
        server.Publish("""{"keys":[]}""");
        time.Pass(TimeSpan.FromMinutes(11));

        Assert.NotNull(await FindAsync("ec"));
        var deadline = DateTimeOffset.UtcNow.AddSeconds(10);
        while (await FindAsync("ec") is not null && DateTimeOffset.UtcNow < deadline) await Task.Delay(20, Cancel);
        Assert.Null(await FindAsync("ec"));
        Assert.Equal(2, server.Asked);
    }

    [Theory]
    [InlineData("away")]
    [InlineData("500")]
    [InlineData("redirect")]
    [InlineData("no JSON")]
    [InlineData("no keys")]
    [InlineData("a megabyte")]
    public async Task While_the_server_is_broken_known_keys_serve(string how)
    {
        Assert.NotNull(await FindAsync("ec"));
        server.Answer = async http =>
        {
            if (how == "away") http.Abort();
            else if (how == "500") http.Response.StatusCode = 500;
            else if (how == "redirect") http.Response.Redirect("https://evil.example/keys");
            else await http.Response.WriteAsync(how switch
            {
                "no JSON" => "<html>",
                "no keys" => "{}",
                _ => "{\"keys\":[" + new string(' ', 1024 * 1024) + "]}",
            });
        };

        time.Pass(TimeSpan.FromMinutes(30));
        Assert.Null(await FindAsync("made-up"));
        Assert.NotNull(await FindAsync("ec"));
        Assert.NotNull(await FindAsync("rsa"));
        Assert.Equal(2, server.Asked);
    }

    [Fact]
    public async Task A_name_that_comes_twice_means_no_key()
    {
        server.Publish($$"""{"keys":[{{project.CurveJwk("same")}},{{project.RsaJwk("same")}},{{project.RsaJwk("rsa")}}, 7, {"kty":"oct","kid":"o","k":"AA"}]}""");

        Assert.Null(await FindAsync("same"));
        Assert.NotNull(await FindAsync("rsa"));
        Assert.Null(await FindAsync("o"));
    }

    [Theory]
    [InlineData("https://example.supabase.co", null, true)]
    [InlineData("http://127.0.0.1:54321", null, true)]
    [InlineData("http://example.supabase.co", null, false)]
    [InlineData("example.supabase.co", null, false)]
    [InlineData(null, "file:///etc/passwd", false)]
    [InlineData(null, "http://169.254.169.254/keys", false)]
    [InlineData(null, "https://example.com/keys", true)]
    public void Keys_come_over_https_or_from_this_machine(string? url, string? jwks, bool usable) =>
        Assert.Equal(usable, new UserTokenOptions { Url = url, JwksUrl = jwks }.HasUsableAddresses);

    [Fact]
    public void The_address_and_the_issuer_follow_from_the_projects_url()
    {
        var options = new UserTokenOptions { Url = "https://example.supabase.co/" };

        Assert.Equal("https://example.supabase.co/auth/v1/.well-known/jwks.json", $"{options.KeysAddress}");
        Assert.Equal(TestTokens.Issuer, options.Issuer);
    }

    private Task<TokenKey?> FindAsync(string kid) => keys.FindAsync(kid, Cancel).AsTask();

    private TokenKeys Keys(string address) =>
        new(Options.Create(new UserTokenOptions { JwksUrl = address }), time, NullLogger<TokenKeys>.Instance);

    private sealed class ManualTime : TimeProvider
    {
        private long now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref now);

        public void Pass(TimeSpan span) => Interlocked.Add(ref now, span.Ticks);
    }
}
