using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Webhooks;

/// <summary>A delivery that a worker has claimed.</summary>
/// <param name="Attempt">Its number, from 1: names the attempt when it is over.</param>
/// <param name="Retries">Failures so far since it began, or since somebody sent it again.</param>
/// <param name="Payload">The body.</param>
/// <param name="SealedSecrets">Encrypted, newest first.</param>
public sealed record ClaimedDelivery(
    Guid Id, int Attempt, int Retries, Guid EventId, string Payload, string Url, IReadOnlyList<byte[]> SealedSecrets);

/// <summary>What became of an attempt.</summary>
/// <param name="StatusCode">Null when there was no answer.</param>
/// <param name="Error">Why it failed; null when it was delivered.</param>
/// <param name="RetryAfter">When to try again after a failure; null for not at all.</param>
/// <param name="Gone">The other side wants nothing any more.</param>
public sealed record AttemptResult(
    bool Delivered, int? StatusCode, string? Error, TimeSpan Duration, TimeSpan? RetryAfter, bool Gone);

/// <summary>What workers do with events, any number of them at the same time.</summary>
public sealed class WebhookOutbox(CreditsDatabase database)
{
    /// <summary>Takes up to <paramref name="limit"/> deliveries that are due, at most <paramref name="each"/> under way for one
    /// endpoint. After <paramref name="lease"/> they are due again unless somebody has said what became of them.</summary>
    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(int limit, int each, TimeSpan lease, CancellationToken cancel)
    {
        await using var command = Command(
            "SELECT delivery_id, attempt, retries, event_id, payload, url, sealed_secrets "
            + "FROM claim_webhook_deliveries($1, $2, $3)",
            Parameter(limit, NpgsqlDbType.Integer), Parameter(each, NpgsqlDbType.Integer),
            Parameter((int)Math.Ceiling(lease.TotalSeconds), NpgsqlDbType.Integer));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var claimed = new List<ClaimedDelivery>();
        while (await reader.ReadAsync(cancel))
        {
            claimed.Add(new(reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4),
                reader.GetString(5), reader.GetFieldValue<byte[][]>(6)));
        }

        return claimed;
    }

    /// <summary>Writes down what became of an attempt. An endpoint that is gone, or that has done nothing but fail for
    /// <paramref name="failingDays"/>, is switched off.</summary>
    public async Task FinishAsync(
        ClaimedDelivery delivery, AttemptResult result, int failingDays, CancellationToken cancel)
    {
        await using var command = Command("SELECT finish_webhook_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            Value(delivery.Id), Parameter(delivery.Attempt, NpgsqlDbType.Integer),
            Parameter(result.Delivered, NpgsqlDbType.Boolean), Parameter(result.StatusCode, NpgsqlDbType.Integer),
            Value(result.Error), Parameter((int)result.Duration.TotalMilliseconds, NpgsqlDbType.Integer),
            Parameter(result.RetryAfter?.TotalSeconds, NpgsqlDbType.Double), Parameter(result.Gone, NpgsqlDbType.Boolean),
            Parameter(failingDays, NpgsqlDbType.Integer));
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Writes the events of grants that expire soon; returns how many grants it looked at. Call again while it is
    /// <paramref name="limit"/>.</summary>
    public Task<int> TellExpiringGrantsAsync(int limit, CancellationToken cancel) =>
        CountAsync("SELECT tell_expiring_grants($1)", limit, cancel);

    /// <summary>Forgets events that are older than the settings say; returns how many. Call again while it is
    /// <paramref name="limit"/>.</summary>
    public Task<int> ForgetAsync(int limit, CancellationToken cancel) =>
        CountAsync("SELECT forget_webhook_events($1)", limit, cancel);

    private async Task<int> CountAsync(string sql, int limit, CancellationToken cancel)
    {
        await using var command = Command(sql, Parameter(limit, NpgsqlDbType.Integer));
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    private NpgsqlCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = database.App.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }
}
