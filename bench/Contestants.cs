using System.Net;
using CreditsAdmin.Bench.Servers;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Bench;

/// <summary>Who is measured: the present system's database and the app's, each loaded, and the app itself.</summary>
internal sealed class Contestants : IAsyncDisposable
{
    private Contestants(IReadOnlyList<LoadedDatabase> databases, string apiKey, WebApp oneByOne, WebApp gathering)
    {
        (Databases, ApiKey, OneByOne, Gathering) = (databases, apiKey, oneByOne, gathering);
    }

    /// <summary>The present system's and the app's; where they are large, then a small one of each.</summary>
    public IReadOnlyList<LoadedDatabase> Databases { get; }

    /// <summary>Lets the load generators charge.</summary>
    public string ApiKey { get; }

    /// <summary>The app with a transaction for every charge.</summary>
    public WebApp OneByOne { get; }

    /// <summary>The app as it is: what comes in while the last transaction runs shares the next one.</summary>
    public WebApp Gathering { get; }

    public IReadOnlyList<WebApp> Apps => [OneByOne, Gathering];

    /// <summary>Whether this version of the app takes many jobs in one body.</summary>
    public async Task<bool> TakesBatchesAsync(CancellationToken cancel)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        using var answer = await client.PostAsync($"http://127.0.0.1:{Gathering.Port}/v1/jobs/batch", null, cancel);
        return answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
    }

    public static async Task<Contestants> StartAsync(
        BenchServer server, IReadOnlyList<LoadedDatabase> databases, CancellationToken cancel)
    {
        var owner = server.ConnectionString(databases[1].Name);
        await using var credits = new CreditsDatabase(DatabaseLogins.From(owner));
        var key = await new ApiKeyCommands(credits).CreateAsync("bench", ["jobs:write"], Caller.CommandLine, cancel);
        var oneByOne = await WebApp.StartAsync(owner, [("Jobs__Gather", "false")], cancel);
        try
        {
            return new(databases, key.Value!.Key, oneByOne, await WebApp.StartAsync(owner, [], cancel));
        }
        catch
        {
            await oneByOne.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await OneByOne.DisposeAsync();
        await Gathering.DisposeAsync();
    }
}
