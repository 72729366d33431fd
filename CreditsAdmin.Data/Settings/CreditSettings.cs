using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Settings;

/// <summary>What functions read. Changed with the command line's <c>settings</c>.</summary>
public sealed class CreditSettings
{
    /// <summary>Free credits that a new account starts with.</summary>
    public long SignUpCredits { get; init; }

    /// <summary>What one credit costs in cents: for claimed payments, and for usage that is priced in dollars.</summary>
    public long CentsPerCredit { get; init; }

    /// <summary>Adjustments and reversals of more credits than this wait for a second admin.</summary>
    public long ApprovalLimit { get; init; }

    /// <summary>After so many seconds a job that nobody finished expires.</summary>
    public int JobTimeoutSeconds { get; init; }

    /// <summary>Percent that users are charged on top of what their usage costs.</summary>
    public decimal UsageMarkup { get; init; }

    internal static CreditSettings Read(NpgsqlDataReader row) => new()
    {
        SignUpCredits = row.GetInt64(0),
        CentsPerCredit = row.GetInt64(1),
        ApprovalLimit = row.GetInt64(2),
        JobTimeoutSeconds = row.GetInt32(3),
        UsageMarkup = row.GetDecimal(4),
    };
}

/// <summary>What to change; null leaves a setting as it is. The units are those of <see cref="CreditSettings"/>.</summary>
public sealed record SettingsChange(
    long? SignUpCredits = null, long? CentsPerCredit = null, long? ApprovalLimit = null, int? JobTimeoutSeconds = null,
    decimal? UsageMarkup = null);

/// <summary>Changes the settings.</summary>
public sealed class SettingsCommands(CreditsDatabase database)
{
    /// <summary>Changes what is not null. Refuses CR012, and CR013 for a value out of range.</summary>
    public Task<CreditResult<CreditSettings>> ChangeAsync(SettingsChange change, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT sign_up_credits, cents_per_credit, approval_limit, job_timeout_seconds, usage_markup "
            + "FROM change_settings($1, $2, $3, $4, $5, $6, $7, $8)", CreditSettings.Read, cancel,
            Value(change.SignUpCredits), Value(change.CentsPerCredit), Value(caller.Actor), Value(caller.Via),
            Value(caller.RequestId), Value(change.ApprovalLimit), Parameter(change.JobTimeoutSeconds, NpgsqlDbType.Integer),
            Parameter(change.UsageMarkup, NpgsqlDbType.Numeric));
}
