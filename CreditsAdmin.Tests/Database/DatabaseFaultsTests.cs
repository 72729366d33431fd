using CreditsAdmin.Data;
using Npgsql;

namespace CreditsAdmin.Tests.Database;

/// <summary>Which faults pass by themselves, and which calls may be sent again after them.</summary>
public class DatabaseFaultsTests
{
    [Theory]
    [InlineData("08006", true, false, true)] // the connection broke
    [InlineData("57P01", true, false, true)] // ended by an administrator
    [InlineData("57P03", true, false, true)] // starting up
    [InlineData("25006", true, false, true)] // a primary became a standby
    [InlineData("40001", true, true, false)] // lost to another transaction
    [InlineData("40P01", true, true, false)] // a deadlock
    [InlineData("53100", true, false, false)] // the disk is full
    [InlineData("53300", true, false, false)] // too many connections
    [InlineData("55P03", true, false, false)] // waited for a lock in vain
    [InlineData("23505", false, false, false)]
    [InlineData("42703", false, false, false)]
    [InlineData("CR001", false, false, false)]
    public void A_SQLSTATE_says_whether_to_wait_or_to_send_again(string sqlState, bool passing, bool rolledBack, bool cut)
    {
        var error = new PostgresException("A test", "ERROR", "ERROR", sqlState);

        Assert.Equal((passing, rolledBack, cut),
            (DatabaseFaults.IsPassing(error), DatabaseFaults.IsRolledBack(error), DatabaseFaults.IsCut(error)));
        Assert.Equal(passing, DatabaseFaults.IsPassing(new InvalidOperationException("A query failed", error)));
    }

    [Fact]
    public void A_connection_that_broke_is_worth_another_try_and_one_that_was_waited_for_is_not()
    {
        Assert.True(DatabaseFaults.IsCut(new NpgsqlException("Broken", new IOException())));
        Assert.False(DatabaseFaults.IsCut(new NpgsqlException("No free connection", new TimeoutException())));
        Assert.False(DatabaseFaults.IsPassing(new InvalidOperationException("A mistake of ours")));
    }
}
