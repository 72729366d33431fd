using System.CommandLine;

namespace CreditsAdmin.Web.Cli;

/// <summary>The same binary as a command line. Data goes to stdout, everything else to stderr.
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused by a rule.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    public const int NotFound = 3;
    public const int Refused = 4;

    /// <summary>False for a plain start, whose arguments are settings such as <c>--urls=…</c>.</summary>
    public static bool IsCommand(string[] args) =>
        args is [var first, ..] && (!first.StartsWith('-') || first is "--help" or "-h" or "-?" or "--version");

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "CreditsAdmin: credits for AI generation on PostgreSQL. Without a command it serves the web app.")
        {
            MigrateCommand.Create(),
            StaffAndUsersCommand.CreateSeedAdmin(),
            StaffAndUsersCommand.CreateCreateUser(),
            ApiKeysCommand.Create(),
            GrantCreditsCommand.Create(),
            ExplainBalanceCommand.Create(),
            AdjustCreditsCommand.Create(),
            PricesCommand.Create(),
            UsageCommand.Create(),
            SettingsCommand.Create(),
            VerifyLedgerCommand.Create(),
            WebhooksCommand.Create(),
            RateLimitsCommand.Create(),
            DemoCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0) return await parsed.InvokeAsync();
        await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
        await Console.Error.WriteLineAsync("Add --help to see how the command is used.");
        return WrongUsage;
    }
}
