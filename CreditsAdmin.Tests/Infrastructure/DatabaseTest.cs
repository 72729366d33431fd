namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>A class's database, made when its first test runs.</summary>
public sealed class DatabaseFixture(TestCluster cluster) : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await cluster.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

/// <summary>Tests on a database of their own. After each of them the laws hold.</summary>
public abstract class DatabaseTest(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    protected TestDatabase Database { get; } = fixture.Database;

    protected static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Laws.AssertAsync(Database);
    }
}
