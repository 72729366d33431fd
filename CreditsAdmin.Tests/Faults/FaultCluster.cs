using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Infrastructure;
using Npgsql;

namespace CreditsAdmin.Tests.Faults;

/// <summary>One durable server for all fault tests, migrated once. They run one after another: they measure time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultCluster : ICollectionFixture<FaultCluster>, IAsyncLifetime
{
    public const string Name = "Faults";

    private const string Template = "template_of_faults";
    private int databases;

    internal FaultServer Server { get; private set; } = null!;

    /// <summary>Who is charged: twenty users with free and paid credits.</summary>
    internal Guid[] Users { get; } = [.. Enumerable.Range(0, 20).Select(_ => Guid.NewGuid())];

    /// <summary>An API key with every scope.</summary>
    internal string Key { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Server = await FaultServer.CreateAsync();
        // A standby whose primary is gone asks for it every five seconds, and is not promoted before it has given up.
        await Server.AskAsync("ALTER SYSTEM SET wal_retrieve_retry_interval = '200ms'");
        await Server.AskAsync($"CREATE DATABASE {Template}");
        var template = Server.For(Template) + ";Pooling=false";
        await new Migrator(template).ApplyAsync(_ => { }, CancellationToken.None);
        await DatabaseLogins.EnsurePasswordsAsync(template, CancellationToken.None);
        await using var database = new TestDatabase(Server.For(Template));
        await database.ExecuteAsync("INSERT INTO auth.users (id, email) SELECT id, id || '@example.com' FROM unnest($1) AS id", Users);
        await database.ExecuteAsync(
            "SELECT grant_credits(id, 1000000000, 'paid', 'A test', 'first') FROM unnest($1) AS id", Users);
        var key = await new ApiKeyCommands(database.Credits).CreateAsync(
            "load", [.. ApiKey.KnownScopes], Caller.CommandLine, CancellationToken.None);
        Key = key.Value!.Key;
    }

    /// <summary>The name of a new database with the users and the key in it.</summary>
    internal async Task<string> NewDatabaseAsync()
    {
        var name = $"faults_{++databases}";
        NpgsqlConnection.ClearAllPools();
        await Server.AskAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Server.DisposeAsync();
    }
}
