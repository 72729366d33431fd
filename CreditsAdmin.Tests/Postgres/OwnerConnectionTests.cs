using CreditsAdmin.Data.Postgres;
using Npgsql;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>What people paste as their connection string.</summary>
public class OwnerConnectionTests
{
    [Theory]
    [InlineData("postgresql://postgres.abcdef:p%40ss%3Aword@db.example.com:6543/postgres?sslmode=require")]
    [InlineData("postgres://postgres.abcdef:p%40ss%3Aword@db.example.com:6543/postgres?pgbouncer=true")]
    [InlineData("Host=db.example.com;Port=6543;Username=postgres.abcdef;Password=p@ss:word;Database=postgres")]
    public void Both_forms_are_understood(string text)
    {
        var owner = new NpgsqlConnectionStringBuilder(OwnerConnection.Parse(text));

        Assert.Equal(("db.example.com", 6543, "postgres.abcdef", "p@ss:word", "postgres"),
            (owner.Host, owner.Port, owner.Username, owner.Password, owner.Database));
    }

    [Theory]
    [InlineData("postgresql://user:a-secret-word@")]
    [InlineData("a-secret-word")]
    [InlineData("Host=db;Username=user;Password=a-secret-word;Nonsense=1")]
    [InlineData("Host=db;Username=user")]
    [InlineData("postgresql://user@db/postgres")]
    public void Anything_else_is_refused_without_quoting_it(string text)
    {
        var refused = Assert.Throws<ConnectionStringException>(() => OwnerConnection.Parse(text));

        Assert.DoesNotContain("a-secret-word", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("Host=", refused.Message, StringComparison.Ordinal);
    }
}
