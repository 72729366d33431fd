using System.Net.Sockets;
using Npgsql;

namespace CreditsAdmin.Web.Components.Shared;

/// <summary>Tells what a page answers for, in a sentence, from a mistake in the page.</summary>
internal static class Faults
{
    /// <summary>The database did not answer, or could not be reached. A query wraps such a fault in an
    /// <see cref="InvalidOperationException"/>; a command throws it bare.</summary>
    public static bool IsDatabase(Exception error) =>
        error is NpgsqlException or SocketException or IOException or TimeoutException or InvalidOperationException;
}
