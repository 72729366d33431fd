using System.CommandLine;
using System.Text.RegularExpressions;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;

namespace CreditsAdmin.Web.Cli;

/// <summary>Whether the books are right, told by the database or by an exported chain.
/// Exit codes of its own: 0 sound, 1 not, 2 could not be told.</summary>
internal static partial class VerifyLedgerCommand
{
    private const int Sound = 0;
    private const int Unsound = 1;
    private const int Unknown = 2;

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var head = new Option<bool>("--head") { Description = "Print the last seal's hash alone, to note down elsewhere." };
        var seal = new Option<bool>("--seal")
        { Description = "Seal what was committed first. The running app does so by itself." };
        var expected = new Option<string?>("--expect-head")
        { Description = "A hash that was noted down earlier: it must still be one of the chain." };
        var export = new Option<string?>("--export") { Description = "Write the chain to this file, JSON lines." };
        var offline = new Option<string?>("--offline") { Description = "Verify a file that --export wrote, without a database." };
        var command = new Command("verify-ledger", """
            Checks every invariant of the books and the chain of seals over ledger and audit log.
            Exit code 0: sound. 1: not, what is broken is listed. 2: could not be told.

            Examples:
              verify-ledger                              check everything
              verify-ledger --head                       the hash to keep in another place, such as a printed page
              verify-ledger --expect-head 9f86d081…      nothing was rewritten since that hash was noted down
              verify-ledger --export ledger.jsonl        everything that is sealed, to be verified by somebody else
              verify-ledger --offline ledger.jsonl       verify such a file, no database needed
            """) { json, head, seal, expected, export, offline };
        command.Validators.Add(result =>
        {
            if (result.GetValue(expected) is { } hash && !Hash().IsMatch(hash))
            {
                result.AddError("--expect-head takes 64 hexadecimal digits.");
            }

            if (result.GetValue(offline) is not null && (result.GetValue(seal) || result.GetValue(export) is not null))
            {
                result.AddError("--offline needs no database: it goes with --json, --head and --expect-head only.");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var report = new VerifyLedgerReport(
                parsed.GetValue(json), parsed.GetValue(head), parsed.GetValue(expected)?.ToLowerInvariant());
            return parsed.GetValue(offline) is { } file
                ? await OfflineAsync(file, report, cancel)
                : await OnlineAsync(report, parsed.GetValue(seal), parsed.GetValue(export), cancel);
        });
        return command;
    }

    private static async Task<int> OnlineAsync(VerifyLedgerReport report, bool seal, string? export, CancellationToken cancel)
    {
        var verdict = Unknown;
        await CommandScope.RunAsync(async (services, stop) =>
        {
            var commands = services.GetRequiredService<LedgerCheckCommands>();
            var database = services.GetRequiredService<CreditsDatabase>();
            if (seal)
            {
                await commands.SealAsync(stop); // sets the mark …
                await commands.SealAsync(stop); // … up to which this one seals
            }

            if (export is not null)
            {
                await using var file = File.Create(export);
                await commands.ExportAsync(file, stop);
                await Console.Error.WriteLineAsync($"The chain is in {export}.");
            }

            var last = await database.ReadAsync(db => LedgerCheckQueries.LastSealAsync(db, stop));
            if (report.HeadOnly && report.ExpectedHead is null)
            {
                Console.WriteLine(last?.Head);
                return verdict = Sound;
            }

            var known = report.ExpectedHead is not { } hash || await database.ReadAsync(db =>
                LedgerCheckQueries.HasSealAsync(db, Convert.FromHexString(hash), stop));
            var invariants = await database.ReadAsync(db => LedgerCheckQueries.CheckAsync(db, stop));
            return verdict = await report.PrintAsync(invariants, last, known) ? Sound : Unsound;
        }, cancel);
        return verdict;
    }

    private static async Task<int> OfflineAsync(string path, VerifyLedgerReport report, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(path);
            using var chain = new ChainFile(report.ExpectedHead);
            return await report.PrintAsync(await chain.VerifyAsync(file, cancel)) ? Sound : Unsound;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return Unknown;
        }
    }

    [GeneratedRegex("^[0-9a-fA-F]{64}$")]
    private static partial Regex Hash();
}
