using System.Security.Cryptography;
using CreditsAdmin.Data.Staff;

namespace CreditsAdmin.Web.Cli;

/// <summary>A password from stdin, or a generated one: never from the arguments, which other users of the machine can
/// see.</summary>
/// <param name="Text">The password.</param>
/// <param name="Generated">True when it must be printed, once, because nobody knows it yet.</param>
internal sealed record PasswordInput(string Text, bool Generated)
{
    /// <summary>Reads one line when something is piped in. Null when that line is too short.</summary>
    public static async Task<PasswordInput?> ReadAsync(CancellationToken cancel)
    {
        var line = Console.IsInputRedirected ? await ReadPipedAsync(cancel) : null;
        if (string.IsNullOrEmpty(line)) return new(RandomNumberGenerator.GetString(Alphabet, 20), Generated: true);
        return line.Length >= Passwords.ShortestLength ? new(line, Generated: false) : null;
    }

    // A pipe that nobody writes to would wait for ever; whoever pipes a password does it at once.
    private static async Task<string?> ReadPipedAsync(CancellationToken cancel)
    {
        var read = Task.Run(Console.In.ReadLine, cancel);
        return await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(2), cancel)) == read ? (await read)?.TrimEnd('\r') : null;
    }

    private const string Alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
}
