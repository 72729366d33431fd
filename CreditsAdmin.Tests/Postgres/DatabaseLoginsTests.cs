using CreditsAdmin.Data.Postgres;
using Npgsql;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>The logins that the app runs as.</summary>
public sealed class DatabaseLoginsTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Derived_passwords_work_after_ensuring_them_and_nothing_else_does()
    {
        var owner = await server.EmptyDatabaseAsync();
        var missing = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseLogins.EnsurePasswordsAsync(owner, Ct));
        Assert.Contains("apply the migrations first", missing.Message, StringComparison.Ordinal);
        await Sql.AskAsync(owner, "CREATE ROLE credits_app NOLOGIN; CREATE ROLE credits_user LOGIN PASSWORD 'guessed'");
        var logins = DatabaseLogins.From(owner);
        Assert.False(await Sql.AnswersAsync(logins.App));
        Assert.False(await Sql.AnswersAsync(logins.User));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DatabaseLogins.EnsurePasswordsAsync(owner, Ct)));
        Assert.Equal("credits_app", await Sql.AskAsync(logins.App, "SELECT session_user::text"));
        Assert.Equal("credits_user", await Sql.AskAsync(logins.User, "SELECT session_user::text"));
        var own = new NpgsqlConnectionStringBuilder(owner).Password!;
        var other = new NpgsqlConnectionStringBuilder(logins.User).Password!;
        foreach (var wrong in new[] { own, other, "guessed", "" })
            Assert.False(await Sql.AnswersAsync(
                new NpgsqlConnectionStringBuilder(logins.App) { Password = wrong }.ConnectionString));

        const string stored = "SELECT string_agg(rolpassword, ' ' ORDER BY rolname) FROM pg_authid "
            + "WHERE rolname ~ '^credits_'";
        var before = await Sql.AskAsync(owner, stored);
        await DatabaseLogins.EnsurePasswordsAsync(owner, Ct);
        Assert.Equal(before, await Sql.AskAsync(owner, stored));
    }

    [Fact]
    public void Logins_keep_the_owner_s_host_and_pooler_suffix_and_limit_their_pools()
    {
        const string owner = "Host=db.example;Port=6543;Database=postgres;Username=postgres.abc;Password=p;"
            + "SSL Mode=Require;No Reset On Close=true;Minimum Pool Size=50;Include Error Detail=true";
        var (app, user) = (DatabaseLogins.From(owner).App, DatabaseLogins.From(owner).User);
        var login = new NpgsqlConnectionStringBuilder(app);
        Assert.Equal(("db.example", 6543, "postgres", "credits_app.abc", SslMode.Require),
            (login.Host, login.Port, login.Database, login.Username, login.SslMode));
        Assert.Equal((40, 0, 2, 30, true, false), (login.MaxPoolSize, login.MinPoolSize, login.Timeout,
            login.CommandTimeout, login.NoResetOnClose, login.IncludeErrorDetail));
        Assert.False(new NpgsqlConnectionStringBuilder(user).NoResetOnClose);
        Assert.Equal((20, "credits_user.abc"), (new NpgsqlConnectionStringBuilder(user).MaxPoolSize,
            new NpgsqlConnectionStringBuilder(user).Username));
        Assert.Equal(7, new NpgsqlConnectionStringBuilder(
            DatabaseLogins.From(owner + ";Maximum Pool Size=7").App).MaxPoolSize);
        // printf 'credits_app@creditsadmin' | openssl dgst -sha256 -hmac p -binary | basenc --base64url | tr -d =
        Assert.Equal("E06oYXWyScS0Xg8WUmIZUwrzCS-ZPUS-CXbIFpA8yXY", login.Password);
    }

    [Theory]
    [InlineData("Host=h;Username=postgres")]
    [InlineData("Host=h;Password=p")]
    public void An_owner_without_name_or_password_is_refused(string owner) =>
        Assert.Throws<ArgumentException>(() => DatabaseLogins.From(owner));
}
