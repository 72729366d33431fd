using System.Text.Json;
using CreditsAdmin.Data.Ledger;

namespace CreditsAdmin.Web.Cli;

/// <summary>Says what a verification came to, to people or as JSON.</summary>
internal sealed class VerifyLedgerReport(bool json, bool headOnly, string? expectedHead)
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool HeadOnly => headOnly;

    /// <summary>64 lower-case digits; null when none is expected.</summary>
    public string? ExpectedHead => expectedHead;

    /// <summary>What the database says. True when all is well.</summary>
    public async Task<bool> PrintAsync(IReadOnlyList<Invariant> invariants, Seal? last, bool hasExpectedHead)
    {
        var sound = hasExpectedHead && invariants.All(invariant => invariant.Violations == 0);
        if (json)
        {
            Json(new { sound, head = last?.Head, seals = last?.Id ?? 0, has_expected_head = hasExpectedHead, invariants });
            return sound;
        }

        if (headOnly) Console.WriteLine(last?.Head);
        else foreach (var invariant in invariants) Console.WriteLine(Line(invariant));
        var seals = last is null ? "Nothing is sealed yet." : $"Last seal: {last.Id}, {last.Head}";
        await ConcludeAsync(sound, hasExpectedHead, seals);
        return sound;
    }

    /// <summary>What an exported chain says. True when all is well.</summary>
    public async Task<bool> PrintAsync(ChainVerdict chain)
    {
        if (json)
        {
            Json(chain);
            return chain.Sound;
        }

        if (headOnly) Console.WriteLine(chain.Head);
        foreach (var problem in chain.Problems) Console.WriteLine(problem);
        var rest = chain.Unsealed == 0 ? "" : $" {chain.Unsealed} rows after the last seal are not covered.";
        await ConcludeAsync(chain.Sound, chain.HasExpectedHead, $"{chain.Seals} seals over {chain.Rows} rows.{rest}");
        return chain.Sound;
    }

    private static string Line(Invariant invariant) => invariant.Violations == 0
        ? $"ok      {invariant.Number,-4} {invariant.Law}"
        : $"BROKEN  {invariant.Number,-4} {invariant.Law} {invariant.Violations} times, such as {invariant.Example}.";

    private static void Json(object value) => Console.WriteLine(JsonSerializer.Serialize(value, Plain));

    private async Task ConcludeAsync(bool sound, bool hasExpectedHead, string seals)
    {
        if (!hasExpectedHead)
        {
            Console.WriteLine($"BROKEN  No seal has the expected hash {expectedHead}: the chain was rewritten.");
        }

        await Console.Error.WriteLineAsync($"{seals}\n{(sound ? "The books are sound." : "The books are NOT sound.")}");
    }
}
