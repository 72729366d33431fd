using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditsAdmin.Tests.Auth;

/// <summary>Publishes keys on a real port of this machine, or breaks in the ways such a server breaks.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private KeyServer(WebApplication app) => this.app = app;

    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    /// <summary>How it answers.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public string Address => $"{app.Urls.Single()}/keys";

    public static async Task<KeyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new KeyServer(builder.Build());
        server.app.Run(http =>
        {
            server.Asked++;
            return server.Answer(http);
        });
        await server.app.StartAsync();
        return server;
    }

    public KeyServer Publish(string jwks)
    {
        Answer = http => http.Response.WriteAsync(jwks);
        return this;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
