using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditsAdmin.Data.Ledger;

/// <summary>What the verification of an exported chain came to.</summary>
/// <param name="Seals">How many seals the file has.</param>
/// <param name="Rows">How many rows they cover.</param>
/// <param name="Unsealed">How many rows come after the last seal: nothing can be said of those.</param>
/// <param name="Head">The last seal's hash, 64 hexadecimal digits; empty without a seal.</param>
/// <param name="HasExpectedHead">The expected hash is one of the chain's; true when none is expected.</param>
/// <param name="Problems">What is wrong, a sentence each; the first hundred.</param>
public sealed record ChainVerdict(
    long Seals, long Rows, long Unsealed, string Head, bool HasExpectedHead, IReadOnlyList<string> Problems)
{
    /// <summary>Nothing is wrong.</summary>
    public bool Sound => HasExpectedHead && Problems.Count == 0;
}

/// <summary>Verifies an exported chain without a database. Reads the file once, a line at a time.</summary>
public sealed class ChainFile(string? expectedHead) : IDisposable
{
    private const int MostProblems = 100;
    private const int HashDigits = 64;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdef"u8);

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> problems = [];
    private byte[] last = [];
    private string head = "";
    private bool found = expectedHead is null;
    private long seals;
    private long rows;
    private long since;
    private (long Entry, long Action) covered;

    /// <summary>Reads the file to its end.</summary>
    public async Task<ChainVerdict> VerifyAsync(Stream file, CancellationToken cancel)
    {
        var pipe = PipeReader.Create(file, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await pipe.ReadAsync(cancel);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                Take(rest.Slice(0, rest.GetPosition(1, end)).ToArray());
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            pipe.AdvanceTo(rest.Start, rest.End);
            if (!read.IsCompleted) continue;
            if (!rest.IsEmpty) Wrong("The file ends in the middle of a line.");
            return new(seals, rows, since, head, found, problems);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    private void Take(byte[] line)
    {
        if (line.Length != HashDigits + 1 || line.AsSpan(0, HashDigits).ContainsAnyExcept(Digits))
        {
            hash.AppendData(line);
            last = line;
            since++;
            return;
        }

        var stated = Encoding.ASCII.GetString(line, 0, HashDigits);
        seals++;
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != stated)
        {
            Wrong($"Seal {seals} does not match what it covers: a row was changed, added or removed.");
        }

        Follow();
        since = 0;
        head = stated;
        found |= stated == expectedHead;
    }

    // The seal itself is the last line that its hash covers.
    private void Follow()
    {
        try
        {
            using var seal = JsonDocument.Parse(last.AsMemory());
            var (entry, action) = (Number(seal, "first_entry_id"), Number(seal, "first_action_id"));
            if (Number(seal, "id") != seals || seal.RootElement.GetProperty("previous_hash").GetString() != head
                || entry != covered.Entry + 1 || action != covered.Action + 1)
            {
                Wrong($"Seal {seals} does not follow the one before it.");
            }

            var count = Number(seal, "entries") + Number(seal, "actions");
            if (count != since - 1) Wrong($"Seal {seals} covers {count} rows, the file has {since - 1}.");
            rows += count;
            covered = (Number(seal, "last_entry_id"), Number(seal, "last_action_id"));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            Wrong($"Seal {seals} cannot be read.");
        }
    }

    private static long Number(JsonDocument seal, string name) => seal.RootElement.GetProperty(name).GetInt64();

    private void Wrong(string problem)
    {
        if (problems.Count < MostProblems) problems.Add(problem);
    }
}
