using Npgsql;

namespace CreditsAdmin.Data.Postgres;

/// <summary>Where the database is: <c>ConnectionStrings:Credits</c> when it is set, else a server of our own.</summary>
/// <param name="ConnectionString">The owner's; null for the embedded server.</param>
/// <param name="Embedded">How to run the embedded server.</param>
public sealed record DatabaseOptions(string? ConnectionString, EmbeddedOptions Embedded);

/// <summary>A database to work with, for as long as this object lives.</summary>
public sealed class RunningDatabase : IAsyncDisposable
{
    private EmbeddedPostgres? embedded;

    private RunningDatabase(string ownerConnectionString, EmbeddedPostgres? embedded)
    {
        this.embedded = embedded;
        IsEmbedded = embedded is not null;
        OwnerConnectionString = ownerConnectionString;
        Logins = DatabaseLogins.From(ownerConnectionString);
    }

    /// <summary>For migrations only: nobody works as the owner at run time.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>The two logins that the app works with.</summary>
    public DatabaseLogins Logins { get; }

    /// <summary>True for the server of our own.</summary>
    public bool IsEmbedded { get; }

    /// <summary>Where it is, without any secret.</summary>
    public string Description
    {
        get
        {
            var owner = new NpgsqlConnectionStringBuilder(OwnerConnectionString);
            return $"{owner.Host}:{owner.Port}/{owner.Database}";
        }
    }

    /// <summary>Starts or joins the embedded server and brings it up to date; an external database is left as it
    /// is.</summary>
    /// <exception cref="ConnectionStringException">The connection string cannot be used.</exception>
    /// <exception cref="EmbeddedPostgresException">The server cannot run here; the message says what to do.</exception>
    public static async Task<RunningDatabase> OpenAsync(DatabaseOptions options, Action<string> say, CancellationToken cancel)
    {
        if (options.ConnectionString is { Length: > 0 } external) return new(OwnerConnection.Parse(external), null);
        var embedded = await EmbeddedPostgres.StartAsync(options.Embedded, say, cancel);
        var database = new RunningDatabase(embedded.ConnectionString, embedded);
        try
        {
            await database.MigrateAsync(say, cancel);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Applies what is missing and lets the app's logins in. Safe to run again, and from two places at
    /// once.</summary>
    public async Task<IReadOnlyList<MigrationFile>> MigrateAsync(Action<string> say, CancellationToken cancel)
    {
        var applied = await new Migrator(OwnerConnectionString).ApplyAsync(say, cancel);
        await DatabaseLogins.EnsurePasswordsAsync(OwnerConnectionString, cancel);
        return applied;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Whoever opened it and the app's container both do this.
        if (Interlocked.Exchange(ref embedded, null) is { } server) await server.DisposeAsync();
    }
}
