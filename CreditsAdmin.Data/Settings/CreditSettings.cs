using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Settings;

/// <summary>What functions read. Changed with the command line's <c>settings</c>.</summary>
public sealed class CreditSettings
{
    /// <summary>Free credits that a new account starts with.</summary>
    public long SignUpCredits { get; init; }

    /// <summary>What one credit costs in cents, to suggest credits for a claimed payment.</summary>
    public long CentsPerCredit { get; init; }
}

/// <summary>Changes the settings.</summary>
public sealed class SettingsCommands(CreditsDatabase database)
{
    /// <summary>Changes what is not null. Refuses CR012, and CR013 for a value out of range.</summary>
    public Task<CreditResult<CreditSettings>> ChangeAsync(
        long? signUpCredits, long? centsPerCredit, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT sign_up_credits, cents_per_credit FROM change_settings($1, $2, $3, $4, $5)",
            row => new CreditSettings { SignUpCredits = row.GetInt64(0), CentsPerCredit = row.GetInt64(1) }, cancel,
            Value(signUpCredits), Value(centsPerCredit), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));
}
