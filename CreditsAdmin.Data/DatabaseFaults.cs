using System.Net.Sockets;
using Npgsql;

namespace CreditsAdmin.Data;

/// <summary>Tells faults that pass by themselves from mistakes of ours. No fault is a refusal: nothing was decided.</summary>
public static class DatabaseFaults
{
    // Classes: 08 connection, 53 no room (disk, memory, connections), 57P0x going down or coming up. Besides: lost to
    // another transaction, waited too long for a lock, cancelled for taking too long, no I/O, a primary that has just
    // become a standby, and a login or database that is not there yet.
    private static readonly string[] Passing =
    [
        "08", "53", "57P0", "40001", "40P01", "55P03", "55006", "57014", "58000", "58030", "25006", "28000", "28P01", "3D000",
    ];

    /// <summary>True when the database is away or too busy, so that the same request may succeed later. Whether it was
    /// carried out can be unknown.</summary>
    public static bool IsPassing(Exception? error) => error switch
    {
        null => false,
        PostgresException refused => Passing.Any(code => refused.SqlState.StartsWith(code, StringComparison.Ordinal)),
        NpgsqlException or SocketException or TimeoutException => true,
        // Entity Framework wraps what Npgsql throws, so the causes are looked at too.
        _ => IsPassing(error.InnerException),
    };

    /// <summary>True when the database took everything back: nothing has happened, whatever the call was.</summary>
    internal static bool IsRolledBack(Exception error) => error is PostgresException { SqlState: "40001" or "40P01" };

    /// <summary>True when the connection broke, or the server behind it: the call may have been carried out.</summary>
    internal static bool IsCut(Exception error) => error switch
    {
        PostgresException refused => refused.SqlState is ['0', '8', ..] or "57P01" or "57P02" or "57P03" or "25006",
        // Whoever has waited for a connection or an answer in vain has waited long enough.
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException or SocketException => true,
        _ => false,
    };
}
