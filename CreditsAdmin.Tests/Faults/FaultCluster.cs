using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Tests.Postgres;
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

    public async ValueTask InitializeAsync()
    {
        Server = await FaultServer.CreateAsync();
        await Server.AskAsync($"CREATE DATABASE {Template}");
        var template = Server.For(Template) + ";Pooling=false";
        await new Migrator(template).ApplyAsync(_ => { }, CancellationToken.None);
        await DatabaseLogins.EnsurePasswordsAsync(template, CancellationToken.None);
    }

    /// <summary>The name of a migrated database with nobody in it.</summary>
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
